import { Rig } from "./rig";
import { declareTrials } from "./run";

/** Every rule of every field table on a real host, and at the end a table of what was seen. */
describe("conformance: every field does on a real host what its table says", function () {
  this.timeout(240_000);
  let rig: Rig;

  before(async () => {
    rig = await Rig.open({ elsewhere: true });
  });
  after(async () => {
    await rig?.close();
  });

  declareTrials(() => rig);
});
