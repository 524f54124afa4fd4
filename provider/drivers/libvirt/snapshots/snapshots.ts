import { WindroseError } from "../../../basics/errors";
import { timeLeft, type Work } from "../../../basics/work";
import type { SnapshotSection } from "../../hypervisor";
import type { SnapshotDefinition, SnapshotState } from "../../model";
import { attempt, found } from "../errors";
import { currentXml, isActive, lookup, need, powerOf, storedXml } from "../machines/access";
import {
  type DomainHandle,
  ErrorNumber,
  isLibvirtError,
  SnapshotCreate,
  SnapshotDelete,
  type SnapshotHandle,
  SnapshotRevert,
} from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml, render, serializeXml, XmlElement } from "../xml";
import { checkDisksHold, compareDisks, hasAllDisksOf, refuseFirmware, snapshotDisks, withoutGoneDisks } from "./disks";
import { splitMark, withMark } from "./mark";

/** `VIR_DOMAIN_SNAPSHOT_XML_SECURE`: with the passwords of the definition within, which a redefinition must keep. */
const secure = 1;

/**
 * Internal snapshots: they lie within the machine's qcow2 files, with the memory of a machine that runs. Disks that the
 * guest can't write take no part, so a raw readonly seed is no obstacle.
 */
export class LibvirtSnapshots implements SnapshotSection {
  constructor(private readonly session: LibvirtSession) {}

  private change<T>(machine: string, work: () => Promise<T>): Promise<T> {
    return this.session.queue(`machine ${machine}`, work);
  }

  private async handle(machine: string, name: string): Promise<SnapshotHandle | undefined> {
    const domain = await lookup(this.session, machine);
    if (!domain) return undefined;
    return attempt(
      `looking the snapshot ${name} up`,
      async () => (await found(this.session.call("DOMAIN_SNAPSHOT_LOOKUP_BY_NAME", { domain, name })))?.snapshot,
    );
  }

  private async need(machine: string, name: string): Promise<SnapshotHandle> {
    const snapshot = await this.handle(machine, name);
    if (!snapshot) throw new WindroseError("not-found", `There is no snapshot ${name} of the machine ${machine}`);
    return snapshot;
  }

  private async xml(snapshot: SnapshotHandle): Promise<XmlElement> {
    const { xml } = await this.session.call("DOMAIN_SNAPSHOT_GET_XML_DESC", { snapshot, flags: secure });
    return parseXml(xml, `The snapshot ${snapshot.name}`);
  }

  private async read(machine: string, snapshot: SnapshotHandle): Promise<SnapshotState> {
    const [{ xml }, { current }] = await Promise.all([
      this.session.call("DOMAIN_SNAPSHOT_GET_XML_DESC", { snapshot }),
      this.session.call("DOMAIN_SNAPSHOT_IS_CURRENT", { snapshot }),
    ]);
    return readSnapshot(parseXml(xml, `The snapshot ${snapshot.name}`), machine, current);
  }

  async find(machine: string, name: string): Promise<SnapshotState | undefined> {
    const snapshot = await this.handle(machine, name);
    if (!snapshot) return undefined;
    return attempt(`reading the snapshot ${name}`, () => found(this.read(machine, snapshot)));
  }

  async list(machine: string): Promise<SnapshotState[]> {
    const domain = await lookup(this.session, machine);
    if (!domain) return [];
    return attempt(`listing the snapshots of ${domain.name}`, async () => {
      const listed = await found(this.session.call("DOMAIN_LIST_ALL_SNAPSHOTS", { domain }));
      const states = await Promise.all(
        (listed?.snapshots ?? []).map((snapshot) => found(this.read(machine, snapshot))),
      );
      return states
        .filter((state): state is SnapshotState => state !== undefined)
        .sort((a, b) => a.created - b.created || a.name.localeCompare(b.name));
    });
  }

  /** One of that name that is there already is taken for this one, which was made before a cut. */
  create(definition: SnapshotDefinition, work: Work): Promise<void> {
    const { machine, name } = definition;
    return this.change(machine, async () => {
      const { session } = this;
      const domain = await need(session, machine);
      await attempt(`making the snapshot ${name} of ${domain.name}`, async () => {
        const present = await this.find(machine, name);
        if (present) {
          if (present.memory === definition.memory) return;
          throw new WindroseError("already-exists", `The machine ${domain.name} has another snapshot ${name}`);
        }
        const running = isActive(await powerOf(session, domain));
        refuseWays(definition, running, domain);
        const current = parseXml(await currentXml(session, domain), "A machine's definition");
        refuseFirmware(current, domain.name);
        const disks = snapshotDisks(current, domain.name).map(({ target, kind }) => ({ target, kind }));
        const description = withMark(definition.description, definition.mark);
        const xml = render("snapshot", { name, description, memory: running ? "internal" : "no", disks });
        work.progress(running ? "saving memory and disks" : "saving disks");
        try {
          await session.call("DOMAIN_SNAPSHOT_CREATE_XML", { domain, xml }, callOptions(work));
        } catch (error) {
          // libvirt 7.0 looks at disks that take no part, too, where the machine is off.
          const left = disks.some(({ kind }) => kind === "no");
          if (running || !left || !isLibvirtError(error, ErrorNumber.OPERATION_INVALID)) throw error;
          throw new WindroseError("unsupported", error.message, {
            hint: "libvirt 7.0 makes no snapshot of a machine that is off and has a read-only raw disk, such as its cloud-init seed. Start the machine before, or upgrade libvirt on the host.",
            cause: error,
          });
        }
      });
    });
  }

  restore(machine: string, name: string, work: Work): Promise<void> {
    return this.change(machine, async () => {
      const { session } = this;
      const snapshot = await this.need(machine, name);
      const { domain } = snapshot;
      await attempt(`restoring the snapshot ${name} of ${domain.name}`, async () => {
        const [xml, stored] = await Promise.all([this.xml(snapshot), storedXml(session, domain)]);
        const definition = parseXml(stored, "A machine's stored definition");
        refuseFirmware(definition, domain.name);
        const disks = compareDisks(xml, definition, name, domain.name);
        await checkDisksHold(session.transport, disks, name, domain.name);
        work.progress("rolling back");
        try {
          await this.revert(snapshot, work);
        } finally {
          // libvirt stored the snapshot's definition in its place, perhaps even where it failed later.
          await session.call("DOMAIN_DEFINE_XML_FLAGS", { xml: stored });
        }
      });
    });
  }

  private async revert(snapshot: SnapshotHandle, work: Work): Promise<void> {
    try {
      await this.session.call("DOMAIN_REVERT_TO_SNAPSHOT", { snapshot }, callOptions(work));
    } catch (error) {
      // The running machine differs from the snapshot's: it is ended and started as it was. The disks are the same.
      if (!isLibvirtError(error, ErrorNumber.SNAPSHOT_REVERT_RISKY)) throw error;
      const args = { snapshot, flags: SnapshotRevert.force };
      await this.session.call("DOMAIN_REVERT_TO_SNAPSHOT", args, callOptions(work));
    }
  }

  describe(machine: string, name: string, description: string | undefined, mark: string): Promise<void> {
    return this.change(machine, async () => {
      const snapshot = await this.need(machine, name);
      await attempt(`describing the snapshot ${name}`, async () => {
        const [xml, { current }] = await Promise.all([
          this.xml(snapshot),
          this.session.call("DOMAIN_SNAPSHOT_IS_CURRENT", { snapshot }),
        ]);
        const before = xml.find("description");
        if (before) xml.remove(before);
        xml.children.unshift(new XmlElement("description", {}, [withMark(description, mark)]));
        await this.redefine(snapshot.domain, xml, current);
      });
    });
  }

  private async redefine(domain: DomainHandle, xml: XmlElement, current: boolean): Promise<void> {
    const flags = SnapshotCreate.redefine | (current ? SnapshotCreate.current : 0);
    const args = { domain, xml: serializeXml(xml), flags };
    await this.session.call("DOMAIN_SNAPSHOT_CREATE_XML", args);
  }

  /**
   * Moves later snapshots that lack a disk of this one from under it: libvirt 9.0 refuses to delete it otherwise ("disk 'vdc'
   * not found in domain"). Where they have the same disks libvirt does that by itself.
   */
  private async freeOfChildren(snapshot: SnapshotHandle, described: XmlElement): Promise<void> {
    const { session } = this;
    const listed = await session.call("DOMAIN_SNAPSHOT_LIST_ALL_CHILDREN", { snapshot });
    for (const child of listed.snapshots) {
      const [xml, { current }] = await Promise.all([
        this.xml(child),
        session.call("DOMAIN_SNAPSHOT_IS_CURRENT", { snapshot: child }),
      ]);
      if (hasAllDisksOf(xml, described)) continue;
      moveUnder(xml, described.find("parent"));
      await this.redefine(snapshot.domain, xml, current);
    }
  }

  /**
   * Takes disks that a running machine no longer has, or has another in place of, out of a snapshot that is to be deleted:
   * it is forgotten and defined again. libvirt 9.0 dies by SEGV where one is missing (qemuSnapshotDeleteValidate expects it to be
   * there), and refuses where it is another. What those disks hold of the snapshot stays in their files, which may be in use
   * elsewhere.
   */
  private async forgetGoneDisks(snapshot: SnapshotHandle, described: XmlElement): Promise<void> {
    const { session } = this;
    const { domain } = snapshot;
    if (!isActive(await powerOf(session, domain))) return;
    const kept = withoutGoneDisks(described, parseXml(await currentXml(session, domain), "A machine's definition"));
    if (!kept) return;
    await session.call("DOMAIN_SNAPSHOT_DELETE", { snapshot, flags: SnapshotDelete.metadataOnly });
    try {
      await this.redefine(domain, kept, false);
    } catch (error) {
      await this.redefine(domain, described, false);
      throw error;
    }
  }

  delete(machine: string, name: string, work: Work): Promise<void> {
    return this.change(machine, async () => {
      const snapshot = await this.handle(machine, name);
      if (!snapshot) return;
      await attempt(`deleting the snapshot ${name} of ${snapshot.domain.name}`, async () => {
        const described = await this.xml(snapshot);
        await this.freeOfChildren(snapshot, described);
        await this.forgetGoneDisks(snapshot, described);
        await found(this.session.call("DOMAIN_SNAPSHOT_DELETE", { snapshot }, callOptions(work)));
      });
    });
  }
}

/** Gives a snapshot's description another parent, or none. */
function moveUnder(snapshot: XmlElement, parent: XmlElement | undefined): void {
  const before = snapshot.find("parent");
  if (before) snapshot.remove(before);
  if (parent) snapshot.children.push(parent.clone());
}

function callOptions(work: Work): { deadline: number; signal?: AbortSignal } {
  return { deadline: timeLeft(work), signal: work.signal };
}

function refuseWays({ memory, quiesce, name }: SnapshotDefinition, running: boolean, domain: DomainHandle): void {
  const refuse = (why: string, hint: string) =>
    new WindroseError("unsupported", `The snapshot ${name} of ${domain.name} ${why}`, { hint });
  if (running && !memory) {
    throw refuse(
      "can't leave out the memory while the machine runs",
      "Set `memory: true`, or shut the machine down first.",
    );
  }
  if (!running && memory) {
    throw refuse("can't hold memory: the machine is off", "Leave `memory` out, or start the machine first.");
  }
  if (quiesce) {
    throw refuse("can't be quiesced", "With its memory it holds all that the guest has not written yet.");
  }
}

/** A snapshot's XML in terms of the model. */
export function readSnapshot(xml: XmlElement, machine: string, current: boolean): SnapshotState {
  const created = Number(xml.text("creationTime"));
  const name = xml.text("name");
  if (xml.name !== "domainsnapshot" || !name || !Number.isFinite(created)) {
    throw new WindroseError("protocol", "A snapshot's description makes no sense");
  }
  const { description, mark } = splitMark(xml.text("description") ?? "");
  const parent = xml.text("parent/name");
  const memory = xml.attribute("snapshot", "memory");
  const kinds = [memory, ...xml.all("disks/disk").map((disk) => disk.attribute("snapshot"))];
  return {
    machine,
    name,
    ...(description === undefined ? {} : { description }),
    ...(mark === undefined ? {} : { mark }),
    power: xml.text("state") ?? "",
    memory: memory === "internal" || memory === "external",
    created: created * 1000,
    ...(parent ? { parent } : {}),
    current,
    external: kinds.includes("external"),
  };
}
