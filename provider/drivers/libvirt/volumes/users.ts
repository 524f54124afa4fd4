import { found } from "../errors";
import { type DomainHandle, DomainXml } from "../rpc";
import type { LibvirtSession } from "../session";
import { parseXml, type XmlElement } from "../xml";
import { readVolume } from "./volume-xml";

export interface DiskUse {
  domain: DomainHandle;
  /** Whether it runs now, and has the file open. */
  running: boolean;
  /** The file is the disk itself; else it is a backing file of it. */
  top: boolean;
}

/** Files of a disk as libvirt wrote them down: its own, then its backing files' where it knows them (while it runs). */
function chainOf(disk: XmlElement): string[] {
  const files: string[] = [];
  let level: XmlElement | undefined = disk;
  while (level) {
    const file = level.attribute("file", "source") ?? level.attribute("dev", "source");
    if (file) files.push(file);
    level = level.find("backingStore");
  }
  return files;
}

/** Every use of a file as a disk, in definitions stored and running, be it through the backing files of another. */
export async function findUses(session: LibvirtSession, path: string): Promise<DiskUse[]> {
  const { domains } = await session.call("CONNECT_LIST_ALL_DOMAINS", {});
  const backing = new BackingFiles(session);
  const uses = await Promise.all(
    domains.flatMap((domain) => {
      const stored = usesOf(session, domain, DomainXml.inactive, path, backing);
      return domain.id === -1 ? [stored] : [stored, usesOf(session, domain, 0, path, backing)];
    }),
  );
  return uses.flat();
}

async function usesOf(
  session: LibvirtSession,
  domain: DomainHandle,
  flags: number,
  path: string,
  backing: BackingFiles,
): Promise<DiskUse[]> {
  const answer = await found(session.call("DOMAIN_GET_XML_DESC", { domain, flags }));
  if (!answer) return [];
  const running = flags === 0;
  const definition = parseXml(answer.xml, "The machine's definition");
  const uses = await Promise.all(
    definition.all("devices/disk").map(async (disk): Promise<DiskUse | undefined> => {
      const files = chainOf(disk);
      if (files[0] === path) return { domain, running, top: true };
      const last = files.at(-1);
      if (files.includes(path) || (last !== undefined && (await backing.reaches(last, path)))) {
        return { domain, running, top: false };
      }
      return undefined;
    }),
  );
  return uses.filter((use) => use !== undefined);
}

/** Backing files of volumes, each asked once. A file of no pool has none that libvirt knows. */
class BackingFiles {
  private readonly known = new Map<string, Promise<string | undefined>>();

  constructor(private readonly session: LibvirtSession) {}

  private of(path: string): Promise<string | undefined> {
    let answer = this.known.get(path);
    if (!answer) {
      answer = this.ask(path);
      this.known.set(path, answer);
    }
    return answer;
  }

  private async ask(path: string): Promise<string | undefined> {
    const volume = await found(this.session.call("STORAGE_VOL_LOOKUP_BY_PATH", { path }));
    const answer = volume && (await found(this.session.call("STORAGE_VOL_GET_XML_DESC", volume)));
    return answer && readVolume("", answer.xml).backingPath;
  }

  async reaches(from: string, wanted: string): Promise<boolean> {
    const seen = new Set<string>();
    for (let path: string | undefined = from; path && !seen.has(path); path = await this.of(path)) {
      if (path === wanted) return true;
      seen.add(path);
    }
    return false;
  }
}
