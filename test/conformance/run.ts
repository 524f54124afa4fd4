import type { Kind } from "../../provider/lifecycle/schema";
import { definitions } from "../../provider/pulumi/definitions";
import { rulesOf, samplesOf } from "./sample";
import { samples } from "./samples";
import { tableText } from "./table";
import { type Line, type Stage, tryField } from "./trial";

/** Declares a test of mocha for each sample, or for those named (`Volume.size`), and prints the table after them. */
export function declareTrials(stage: () => Stage, named?: readonly string[]): void {
  const lines: Line[] = [];
  let declared = 0;
  for (const definition of Object.values(definitions)) {
    const kind = samples[definition.kind as Kind];
    if (!kind || kind.triedBy) continue;
    for (const rule of rulesOf(definition)) {
      for (const sample of samplesOf(kind, rule)) {
        const name = `${rule.kind}.${sample[0]}`;
        if (named && !named.includes(name)) continue;
        declared++;
        it(name, async () => {
          try {
            lines.push(await tryField(stage(), kind, rule, sample));
          } catch (error) {
            const { line } = error as { line?: Line };
            if (line) lines.push(line);
            throw error;
          }
        });
      }
    }
  }
  if (named && declared !== named.length) throw new Error(`of ${named.join(", ")} only ${declared} have samples`);
  after(() => console.log(`\n${tableText(lines)}\n`));
}
