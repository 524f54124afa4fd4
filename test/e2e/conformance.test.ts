import { EngineStage } from "../conformance/engine-way";
import { Rig } from "../conformance/rig";
import { declareTrials } from "../conformance/run";

/** A sample of `npm run test:conformance`: of each kind and each effect, and one by the real engine. */
describe("conformance, a sample", function () {
  this.timeout(600_000);
  let rig: Rig;
  let stage: EngineStage;

  before(async () => {
    rig = await Rig.open({ elsewhere: false });
    stage = await EngineStage.open(rig);
  });
  after(async () => {
    await stage?.close();
    await rig?.close();
  });

  describe("by the calls that the engine makes", () => {
    declareTrials(
      () => rig,
      [
        "Host.requirements.memory",
        "StoragePool.path",
        "Image.via",
        "Volume.clone",
        "Network.domain",
        "VirtualMachine.metadata",
        "VirtualMachine.disks.*.cache",
        "VirtualMachine.hotplugSlots",
        "VirtualMachine.name",
        "Snapshot.restore",
      ],
    );
  });

  describe("by the engine itself", () => {
    declareTrials(() => stage, ["VirtualMachine.clock"]);
  });
});
