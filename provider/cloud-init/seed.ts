import { createHash } from "node:crypto";
import type { SeedInput } from "./fields";
import { type IsoFile, writeIso } from "./iso9660";
import { networkConfigText, userDataText, vendorDataText } from "./user-data";
import { yamlText } from "./yaml-text";

export type { SeedInput } from "./fields";

export interface Seed {
  /** An ISO 9660 image with the label `cidata`; a multiple of 2048 bytes. Holds secrets. */
  iso: Buffer;
  /** cloud-init's `instance-id`: `iid-` and 32 hexadecimal digits. A new one makes cloud-init run again. */
  instanceId: string;
}

/**
 * The seed of cloud-init's NoCloud datasource: `user-data`, `meta-data` and, where given, `network-config` and
 * `vendor-data`. The same input gives the same bytes. Throws `invalid-input` for what `checkCloudInit` refuses.
 */
export function buildSeed(input: SeedInput): Seed {
  const files: IsoFile[] = [{ name: "user-data", content: userDataText(input) }];
  if (given(input.networkConfig))
    files.push({ name: "network-config", content: networkConfigText(input.networkConfig) });
  if (given(input.vendorData)) files.push({ name: "vendor-data", content: vendorDataText(input.vendorData) });
  const instanceId = instanceIdOf(input, files);
  files.push({ name: "meta-data", content: yamlText({ "instance-id": instanceId, "local-hostname": input.hostname }) });
  return { iso: writeIso({ label: "cidata", files }), instanceId };
}

function given(value: string | object | undefined): value is string | object {
  return value !== undefined && value !== "";
}

function instanceIdOf(input: SeedInput, files: readonly IsoFile[]): string {
  const hash = createHash("sha256");
  const add = (text: string | Buffer): void => {
    hash.update(`${Buffer.byteLength(text)}:`).update(text);
  };
  add(input.machine);
  add(input.hostname);
  for (const file of files) {
    add(file.name);
    add(file.content);
  }
  return `iid-${hash.digest("hex").slice(0, 32)}`;
}
