import { createHash } from "node:crypto";
import { textOrFile } from "../files";
import { PlanError } from "../problems";
import type { PodNetwork } from "./request";
import { isUrl } from "./values";

/** The text of a pod network's manifest. It is read on this side: guests need no way to where it is. */

const most = 4 << 20;
const patience = 30_000;
const property = "kubernetes.network.manifest";

type Manifest = Extract<PodNetwork, { plugin: "manifest" }>;

/** @throws PlanError on the property; what a URL has comes later, and is refused in the same way */
export function manifestText({ manifest, checksum }: Manifest): string | Promise<string> {
  if (isUrl(manifest)) return fetched(manifest).then((text) => verified(text, checksum));
  return verified(textOrFile(manifest, property), checksum);
}

function verified(text: string, checksum: string | undefined): string {
  if (!/^kind:/m.test(text) && !/"kind"\s*:/.test(text)) throw refused("holds no object of Kubernetes: no `kind`");
  if (checksum === undefined) return text;
  const [algorithm = "", digest = ""] = checksum.split(":");
  const own = createHash(algorithm).update(text).digest("hex");
  if (own === digest.toLowerCase()) return text;
  throw new PlanError([
    { property: "kubernetes.network.checksum", reason: `is not that of the manifest, which is ${algorithm}:${own}` },
  ]);
}

async function fetched(url: string): Promise<string> {
  const shown = shortened(url);
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(patience), redirect: "follow" });
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    throw refused(`${shown} gives no answer${late ? ` within ${patience / 1000} s` : ""}`);
  }
  if (!answer.ok) throw refused(`${shown} answers with status ${answer.status}`);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of answer.body ?? []) {
      size += part.length;
      if (size > most) throw refused(`${shown} has more than ${most >> 20}MiB`);
      parts.push(part);
    }
  } catch (error) {
    throw error instanceof PlanError ? error : refused(`${shown} is incomplete`);
  }
  return Buffer.concat(parts).toString("utf8");
}

/** Without what may be a password. */
function shortened(text: string): string {
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname}`;
  } catch {
    return "the URL";
  }
}

const refused = (reason: string): PlanError => new PlanError([{ property, reason }]);
