import type { Inputs } from "../../provider/basics/record";
import { closeHypervisors } from "../../provider/connections/hypervisors";
import type { Kind } from "../../provider/lifecycle/schema";
import type { Look } from "../conformance/look";
import type { Place } from "../conformance/place";
import { Rig } from "../conformance/rig";
import { InProcess } from "../conformance/way";

/** A host of the lab, and one resource for each subject. */
export class TextStage {
  private readonly ways = new Map<string, InProcess>();

  private constructor(private readonly rig: Rig) {}

  static async open(): Promise<TextStage> {
    return new TextStage(await Rig.open({ elsewhere: false }));
  }

  get place(): Place {
    return this.rig.place;
  }

  way(kind: Kind, name: string): InProcess {
    const way = this.ways.get(name) ?? new InProcess(kind, name, this.rig.hidden);
    this.ways.set(name, way);
    return way;
  }

  look(inputs: Inputs, state: Inputs): Look {
    return this.rig.look(inputs, state);
  }

  /** The subject's resource goes; the next one is made from nothing. */
  async forget(name: string): Promise<void> {
    const way = this.ways.get(name);
    this.ways.delete(name);
    await way?.destroy();
  }

  /** libvirt reads again what it has written. */
  async restartDaemon(): Promise<void> {
    await closeHypervisors();
    const { host } = this.look({}, {});
    await host.exec(["systemctl", "reset-failed", "libvirtd"], { check: false });
    await host.exec(["systemctl", "restart", "libvirtd"]);
  }

  async close(): Promise<void> {
    await this.rig.close();
  }
}
