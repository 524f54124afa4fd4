import { WindroseError } from "../../../basics/errors";
import type { Work } from "../../../basics/work";
import type { Transport } from "../../../transports/transport";
import type { DeviceKeys, MachineOwner, MachineSection } from "../../hypervisor";
import type {
  DiskDefinition,
  GraphicsDefinition,
  InterfaceDefinition,
  MachineDefinition,
  MachineFile,
  MachineState,
  Mark,
  PowerState,
} from "../../model";
import { attempt, found } from "../errors";
import { Affect, type DomainHandle, ErrorNumber, isLibvirtError, MetadataType } from "../rpc";
import type { LibvirtSession } from "../session";
import { escapeXml, parseXml, render, serializeXml } from "../xml";
import { affect, currentXml, isActive, lookup, need, powerOf, sides, storedXml } from "./access";
import { definitionXml } from "./definition-xml";
import { nameDevices } from "./device-key";
import * as devices from "./devices";
import * as guest from "./guest";
import { rememberedIn } from "./left-files";
import { askedOf, elementView, findMetadata, metadataNamespace, metadataPrefix, readMetadata } from "./metadata";
import * as power from "./power";
import { alignKeys, readMachine, reportMachine } from "./read";
import type { Virtualization } from "./view";

/** Machines of a libvirt host. Changes of one machine come one after the other; looks wait for nothing. */
export class LibvirtMachines implements MachineSection {
  private known: Promise<Virtualization> | undefined;

  constructor(private readonly session: LibvirtSession) {}

  private change<T>(uuid: string, work: () => Promise<T>): Promise<T> {
    return this.session.queue(`machine ${uuid}`, work);
  }

  /** Asked once: a host does not gain hardware virtualization while it is managed. */
  private virtualization(): Promise<Virtualization> {
    this.known ??= this.askVirtualization();
    this.known.catch(() => {
      this.known = undefined;
    });
    return this.known;
  }

  private async askVirtualization(): Promise<Virtualization> {
    return attempt("asking what machines the host can run", async () => {
      // A fresh daemon probes its emulators first, which takes seconds.
      for (const type of ["kvm", "qemu"] as const) {
        try {
          const { xml } = await this.session.call("CONNECT_GET_DOMAIN_CAPABILITIES", { type });
          const capabilities = parseXml(xml, "The host's domain capabilities");
          const modes = capabilities.all("cpu/mode").filter((mode) => mode.attribute("supported") === "yes");
          return {
            type,
            arch: capabilities.text("arch") ?? "x86_64",
            cpuModes: modes.map((mode) => mode.attribute("name") ?? ""),
          };
        } catch (error) {
          const absent = isLibvirtError(error, ErrorNumber.INVALID_ARG, ErrorNumber.CONFIG_UNSUPPORTED);
          if (type === "qemu" || !absent) throw error;
        }
      }
      throw new WindroseError("unsupported", "The host runs no machines");
    });
  }

  async find(uuid: string): Promise<MachineState | undefined> {
    const domain = await lookup(this.session, uuid);
    return domain && this.stateOf(domain);
  }

  async findByName(name: string): Promise<MachineState | undefined> {
    const domain = await attempt(
      `looking the machine ${name} up`,
      async () => (await found(this.session.call("DOMAIN_LOOKUP_BY_NAME", { name })))?.domain,
    );
    return domain && this.stateOf(domain);
  }

  private stateOf(domain: DomainHandle): Promise<MachineState | undefined> {
    const { session } = this;
    return attempt(`reading the machine ${domain.name}`, () =>
      found(
        (async () => {
          const [current, stored, state, { persistent }, { autostart }] = await Promise.all([
            currentXml(session, domain),
            storedXml(session, domain),
            powerOf(session, domain),
            session.call("DOMAIN_IS_PERSISTENT", { domain }),
            session.call("DOMAIN_GET_AUTOSTART", { domain }),
          ]);
          const running = isActive(state) ? readMachine(current, true) : undefined;
          const definition = readMachine(stored, false);
          // libvirt shows what the guest has given back by now, which takes a while after its start and never comes where
          // it has no driver for that. What it was told is what is stored.
          if (running) {
            running.memory = Math.min(definition.memory, running.maxMemory);
            alignKeys(running, definition);
          }
          return {
            uuid: domain.uuid,
            name: domain.name,
            power: state,
            persistent,
            autostart,
            stored: definition,
            ...(running ? { running } : {}),
            ...(running && domain.id >= 0 ? { runId: domain.id } : {}),
          };
        })(),
      ),
    );
  }

  async owners(): Promise<MachineOwner[]> {
    const { session } = this;
    return attempt("looking whose machines the host has", async () => {
      const { domains } = await session.call("CONNECT_LIST_ALL_DOMAINS", {});
      const found = await Promise.all(domains.map((domain) => this.ownerOf(domain)));
      return found.filter((owner) => owner !== undefined);
    });
  }

  private async ownerOf(domain: DomainHandle): Promise<MachineOwner | undefined> {
    const { session } = this;
    const [stored, current, state] = await Promise.all([
      found(storedXml(session, domain)),
      found(currentXml(session, domain)),
      found(powerOf(session, domain)),
    ]);
    if (stored === undefined || current === undefined || state === undefined) return undefined;
    const definition = parseXml(stored, "A machine's definition");
    const element = findMetadata(definition);
    const macs = [definition, parseXml(current, "A machine's definition")].flatMap((side) =>
      side.all("devices/interface/mac").flatMap((mac) => mac.attribute("address")?.toLowerCase() ?? []),
    );
    const mark = element && readMetadata(element).mark;
    return { uuid: domain.uuid, name: domain.name, power: state, macs: [...new Set(macs)], ...(mark ? { mark } : {}) };
  }

  async mark(uuid: string): Promise<Mark | undefined> {
    const domain = await lookup(this.session, uuid);
    if (!domain) return undefined;
    const xml = await attempt(`reading the metadata of ${domain.name}`, () => found(storedXml(this.session, domain)));
    const element = xml === undefined ? undefined : findMetadata(parseXml(xml, "A machine's definition"));
    return element && readMetadata(element).mark;
  }

  define(definition: MachineDefinition): Promise<void> {
    const { session } = this;
    return this.change(definition.uuid, async () => {
      const virtualization = await this.virtualization();
      const domain = await lookup(session, definition.uuid);
      await attempt(`defining the machine ${definition.name}`, async () => {
        const stored = domain && (await found(storedXml(session, domain)));
        const before = stored === undefined ? undefined : parseXml(stored, "A machine's stored definition");
        await session.call("DOMAIN_DEFINE_XML_FLAGS", { xml: definitionXml(definition, virtualization, before) });
      });
    });
  }

  adopt(uuid: string, mark: Mark, keys: DeviceKeys, machineType: string | undefined): Promise<void> {
    const { session } = this;
    return this.change(uuid, async () => {
      const { domain, stored, running } = await sides(session, uuid);
      await attempt(`taking ${domain.name} over`, async () => {
        // What it was defined with is what it was asked for, as far as anybody can say.
        const there = reportMachine(stored, false);
        const { left } = findMetadata(stored) ? readMetadata(findMetadata(stored)!) : {};
        const element = elementView({ mark, entries: there.metadata, asked: { ...askedOf(there), machineType }, left });
        nameDevices(stored, keys);
        await session.call("DOMAIN_DEFINE_XML_FLAGS", { xml: serializeXml(stored) });
        await session.call("DOMAIN_SET_METADATA", {
          domain,
          type: MetadataType.element,
          metadata: render("machine-metadata", element),
          key: metadataPrefix,
          uri: metadataNamespace,
          flags: affect({ running }),
        });
      });
    });
  }

  setMetadata(
    uuid: string,
    mark: Mark | undefined,
    description: string | undefined,
    metadata: Record<string, string>,
  ): Promise<void> {
    const { session } = this;
    // It goes as it is, and libvirt writes it into a file that it must be able to read again.
    if (description) escapeXml(description);
    return this.change(uuid, async () => {
      const { domain, stored, running } = await sides(session, uuid);
      await attempt(`setting the metadata of ${domain.name}`, async () => {
        for (const [flags, definition] of [
          [Affect.live, running],
          [Affect.config, stored],
        ] as const) {
          if (!definition) continue;
          const element = findMetadata(definition);
          const { asked, left } = element ? readMetadata(element) : {};
          const empty = mark === undefined && Object.keys(metadata).length === 0 && !left?.length;
          await session.call("DOMAIN_SET_METADATA", {
            domain,
            type: MetadataType.element,
            metadata: empty ? null : render("machine-metadata", elementView({ mark, entries: metadata, asked, left })),
            key: metadataPrefix,
            uri: metadataNamespace,
            flags,
          });
          await session.call("DOMAIN_SET_METADATA", {
            domain,
            type: MetadataType.description,
            metadata: description || null,
            key: null,
            uri: null,
            flags,
          });
        }
      });
    });
  }

  start(uuid: string, options: { paused?: boolean } = {}): Promise<void> {
    return this.change(uuid, () => power.start(this.session, uuid, options.paused ?? false));
  }

  shutdown(uuid: string, options: power.ShutdownOptions, work: Work): Promise<void> {
    return this.change(uuid, () => power.shutdown(this.session, uuid, options, work));
  }

  pause(uuid: string): Promise<void> {
    return this.change(uuid, () => power.pause(this.session, uuid));
  }

  resume(uuid: string): Promise<void> {
    return this.change(uuid, () => power.resume(this.session, uuid));
  }

  setAutostart(uuid: string, autostart: boolean): Promise<void> {
    return this.change(uuid, async () => {
      const domain = await need(this.session, uuid);
      await attempt(`setting whether ${domain.name} starts with its host`, () =>
        this.session.call("DOMAIN_SET_AUTOSTART", { domain, autostart }),
      );
    });
  }

  setMemory(uuid: string, bytes: number): Promise<void> {
    return this.change(uuid, () => power.setMemory(this.session, uuid, bytes));
  }

  /** Upwards at once, downwards from the next start on. */
  setVcpus(uuid: string, count: number): Promise<void> {
    return this.change(uuid, () => power.setVcpus(this.session, uuid, count));
  }

  attachDisk(uuid: string, disk: DiskDefinition): Promise<void> {
    return this.change(uuid, () => devices.attachDisk(this.session, uuid, disk));
  }

  detachDisk(uuid: string, key: string, work: Work): Promise<void> {
    return this.change(uuid, () => devices.detachDisk(this.session, uuid, key, work));
  }

  updateDisk(uuid: string, disk: DiskDefinition): Promise<void> {
    return this.change(uuid, () => devices.updateDisk(this.session, uuid, disk));
  }

  attachInterface(uuid: string, nic: InterfaceDefinition): Promise<void> {
    return this.change(uuid, () => devices.attachInterface(this.session, uuid, nic));
  }

  detachInterface(uuid: string, key: string, work: Work): Promise<void> {
    return this.change(uuid, () => devices.detachInterface(this.session, uuid, key, work));
  }

  updateInterface(uuid: string, nic: InterfaceDefinition): Promise<void> {
    return this.change(uuid, () => devices.updateInterface(this.session, uuid, nic));
  }

  setGraphicsPassword(uuid: string, graphics: GraphicsDefinition): Promise<void> {
    return this.change(uuid, () => devices.setGraphicsPassword(this.session, uuid, graphics));
  }

  async wayTo(): Promise<Transport> {
    return this.session.transport;
  }

  addresses(uuid: string): Promise<guest.GuestAddress[]> {
    return guest.addresses(this.session, uuid);
  }

  nextEvent(uuid: string, milliseconds: number): Promise<void> {
    return guest.nextEvent(this.session, uuid, milliseconds);
  }

  agentAnswers(uuid: string): Promise<boolean> {
    return guest.agentAnswers(this.session, uuid);
  }

  waitForPower(uuid: string, wanted: PowerState, work: Work): Promise<void> {
    return power.waitForPower(this.session, uuid, wanted, work);
  }

  remove(uuid: string, left?: { name: string; files: readonly MachineFile[] }): Promise<void> {
    return this.change(uuid, async () => {
      const domain = await lookup(this.session, uuid);
      const stored = domain && (await found(storedXml(this.session, domain)));
      const files =
        stored === undefined ? (left?.files ?? []) : rememberedIn(parseXml(stored, "A machine's stored definition"));
      await power.remove(this.session, uuid);
      if (files.length === 0) return;
      const { type, arch } = await this.virtualization();
      const machine = { uuid, name: domain?.name ?? left?.name ?? uuid, type, arch };
      await power.removeFiles(this.session, machine, files);
    });
  }
}
