import { definitions } from "../../provider/definitions";
import { Rig } from "./rig";
import { rulesOf, samplesOf } from "./sample";
import { samples } from "./samples";
import { tableText } from "./table";
import { type Line, tryField } from "./trial";

/** Every rule of every field table on a real host, and at the end a table of what was seen. */
describe("conformance: every field does on a real host what its table says", function () {
  this.timeout(240_000);
  let rig: Rig;
  const lines: Line[] = [];

  before(async () => {
    rig = await Rig.open({ elsewhere: true });
  });
  after(async () => {
    await rig?.close();
    console.log(`\n${tableText(lines)}`);
  });

  for (const definition of Object.values(definitions)) {
    const kind = samples[definition.kind];
    if (!kind) continue;
    for (const rule of rulesOf(definition)) {
      for (const sample of samplesOf(kind, rule)) {
        it(`${rule.kind}.${sample[0]}`, async () => {
          try {
            lines.push(await tryField(rig, kind, rule, sample));
          } catch (error) {
            lines.push((error as { line: Line }).line);
            throw error;
          }
        });
      }
    }
  }
});
