import { TextStage } from "./stage";
import type { Subject } from "./subject";
import { tryTexts } from "./trial";

/** Texts for each field of a whole run. */
export const whole = Number(process.env.WINDROSE_TEXTS ?? 2000);

/** Declares a test of mocha for each subject, of so many texts for each field. */
export function declareTexts(subjects: readonly Subject[], count: number): void {
  const seed = Number(process.env.WINDROSE_TEXTS_SEED ?? 20_260);
  const lines: string[] = [];
  let stage: TextStage;

  before(async () => {
    stage = await TextStage.open();
  });
  after(async () => {
    await stage?.close();
    if (lines.length > 0) console.log(`\n${lines.join("\n")}\n`);
  });

  for (const subject of subjects) {
    it(subject.title, async () => {
      const began = Date.now();
      const { texts, refused, rounds, refusedByHost } = await tryTexts(stage, subject, count, seed);
      const seconds = Math.round((Date.now() - began) / 1000);
      const host = refusedByHost > 0 ? `, ${refusedByHost} refused by the host` : "";
      lines.push(
        `${subject.title}: ${texts} texts, ${refused} refused at check; ${rounds} rounds on the host${host}; ${seconds} s`,
      );
    });
  }
}
