import { type Digest, readDigest } from "../../../cli/preview-summary/digest";
import { type Gate, parseAllowance } from "../../../cli/preview-summary/gate";
import { render } from "../../../cli/preview-summary/render";
import { reportOf } from "../../../cli/preview-summary/report";

const stackUrn = "urn:pulumi:dev::winds::pulumi:pulumi:Stack::winds-dev";
const hostUrn = "urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:Host::anemoi";

export interface Sketch {
  op: string;
  kind?: string;
  type?: string;
  name?: string;
  /** Inputs before; the outputs repeat them. */
  olds?: object;
  news?: object;
  /** Outputs that are no inputs. */
  outputs?: object;
  detailedDiff?: string[];
  replaceReasons?: string[];
  parent?: string;
  id?: string;
  /** More of the old state: `retainOnDelete`, `taint`. */
  old?: object;
  propertyDependencies?: object;
}

/** A step as the engine writes it, from what matters of it. */
function step(sketch: Sketch): object {
  const { op, kind, name = "boreas", olds, news, outputs, parent = stackUrn } = sketch;
  const type = sketch.type ?? `pulumi-nodejs:dynamic/windrose:${kind ?? "VirtualMachine"}`;
  const urn = `urn:pulumi:dev::winds::${type}::${name}`;
  const ours = sketch.type === undefined;
  const shared = {
    urn,
    custom: true,
    type: type.split("$").at(-1),
    parent,
    propertyDependencies: { ...(ours && kind !== "Host" ? { host: [hostUrn] } : {}), ...sketch.propertyDependencies },
  };
  const hidden = ours ? { __connection: "anemoi", __urn: urn } : {};
  return {
    op,
    urn,
    oldState: olds && {
      ...shared,
      id: sketch.id ?? `${name}-id`,
      inputs: { ...hidden, ...olds },
      outputs: { ...hidden, __schema: 1, ...olds, ...outputs },
      ...sketch.old,
    },
    newState: news && { ...shared, inputs: { ...hidden, ...news } },
    replaceReasons: sketch.replaceReasons,
    detailedDiff: sketch.detailedDiff
      ? Object.fromEntries(sketch.detailedDiff.map((path) => [path, { kind: "update", inputDiff: true }]))
      : null,
  };
}

export function digest(sketches: readonly Sketch[], rest: object = {}): Digest {
  const root = { op: "same", urn: stackUrn, newState: { urn: stackUrn, custom: false, type: "pulumi:pulumi:Stack" } };
  return readDigest(JSON.stringify({ steps: [root, ...sketches.map(step)], changeSummary: { same: 2 }, ...rest }));
}

export function markdown(from: Digest, longest = 65_000): string {
  return render(reportOf(from, [], []), longest);
}

export function report(from: Digest, failOn: Gate[] = [], allow: string[] = []) {
  return reportOf(from, failOn, allow.map(parseAllowance));
}

/** The cells of each table row, by the resource's name. */
export function rows(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    if (!line.startsWith("| ") || line.startsWith("| ---") || line.startsWith("| Resource ")) continue;
    const cells = line.slice(2, -2).split(" | ");
    found.set(cells[0]!.replace(/^.*<br>\*\*`?/, "").replace(/`\*\*$/, ""), cells);
  }
  return found;
}

/** A machine's inputs as `check` leaves them. */
export const machine = {
  host: "anemoi-id",
  name: "dev-boreas",
  uuid: "6c4f9486-5752-8bda-9939-fd437eaaeb7f",
  memory: "2GiB",
  maxMemory: "8GiB",
  vcpus: 2,
  maxVcpus: 4,
  disks: { root: { pool: "pool-id", size: "20GiB", target: "vda", volumeName: "dev-boreas-root-1.qcow2" } },
  interfaces: { lan: { network: "net-id", mac: "52:54:00:00:00:01" } },
};

export const made = { volumes: { root: "pool-id/dev-boreas-root-1.qcow2", seed: "pool-id/dev-boreas-seed.iso" } };
