import { WindroseError } from "../../provider/basics/errors";
import type { MachineOwner, MachineSection } from "../../provider/drivers/hypervisor";
import type { MachineDefinition, MachineState, Mark } from "../../provider/drivers/model";
import type { Transport } from "../../provider/transports/transport";

/** Machines that run as soon as they are started, and are never changed while they run. */
export class WindsMachines implements MachineSection {
  readonly all = new Map<string, MachineState>();

  constructor(private readonly transport: Transport) {}

  async find(uuid: string) {
    return this.all.get(uuid);
  }

  async findByName(name: string) {
    return [...this.all.values()].find((machine) => machine.name === name);
  }

  async mark(uuid: string) {
    return this.all.get(uuid)?.stored.mark;
  }

  async owners(): Promise<MachineOwner[]> {
    return [...this.all.values()].map(({ uuid, name, power, stored }) => ({
      uuid,
      name,
      power,
      macs: stored.interfaces.map(({ mac }) => mac),
      mark: stored.mark,
    }));
  }

  async adopt(uuid: string, mark: Mark) {
    this.need(uuid).stored.mark = mark;
  }

  async define({ patch: _patch, others: _others, ...stored }: MachineDefinition) {
    const there = this.all.get(stored.uuid);
    const { uuid, name } = stored;
    this.all.set(uuid, { ...(there ?? { uuid, name, power: "shutoff", persistent: true, autostart: false }), stored });
  }

  async setMetadata(uuid: string, mark: Mark | undefined, description: string | undefined) {
    Object.assign(this.need(uuid).stored, { mark, description });
  }

  async start(uuid: string) {
    const machine = this.need(uuid);
    Object.assign(machine, { power: "running", running: machine.stored });
  }

  async shutdown(uuid: string) {
    Object.assign(this.need(uuid), { power: "shutoff", running: undefined });
  }

  async pause(uuid: string) {
    this.need(uuid).power = "paused";
  }

  async resume(uuid: string) {
    this.need(uuid).power = "running";
  }

  async setAutostart(uuid: string, autostart: boolean) {
    this.need(uuid).autostart = autostart;
  }

  setMemory = notLive("memory");
  setVcpus = notLive("vcpus");
  attachDisk = notLive("disks");
  detachDisk = notLive("disks");
  updateDisk = notLive("disks");
  attachInterface = notLive("interfaces");
  detachInterface = notLive("interfaces");
  updateInterface = notLive("interfaces");
  setGraphicsPassword = notLive("the password");

  async wayTo() {
    return this.transport;
  }

  async addresses() {
    return [];
  }

  async nextEvent() {}

  async agentAnswers() {
    return false;
  }

  async waitForPower() {}

  async remove(uuid: string) {
    this.all.delete(uuid);
  }

  private need(uuid: string): MachineState {
    const machine = this.all.get(uuid);
    if (!machine) throw new WindroseError("not-found", `there is no machine ${uuid}`);
    return machine;
  }
}

function notLive(what: string) {
  return async (): Promise<never> => {
    throw new WindroseError("unsupported", `${what} of a running machine can't be changed`);
  };
}
