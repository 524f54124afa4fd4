import { EngineStage } from "./engine-way";
import { Rig } from "./rig";
import { declareTrials } from "./run";

/** A sample of the fields by the real CLI and engine: of each kind and each effect. */
describe("conformance: by the real engine", function () {
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

  declareTrials(
    () => stage,
    [
      "StoragePool.mode",
      "Image.source",
      "Volume.size",
      "Network.ipv4.dhcp.end",
      "Network.mode",
      "VirtualMachine.xml.set",
      "VirtualMachine.description",
      "Snapshot.description",
    ],
  );
});
