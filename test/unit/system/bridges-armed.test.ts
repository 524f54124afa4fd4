import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Work } from "../../../provider/hypervisors/hypervisor";
import { armedChange } from "../../../provider/hypervisors/system/bridges/armed";
import { base, type Change } from "../../../provider/hypervisors/system/bridges/change-script";
import type { Layout } from "../../../provider/hypervisors/system/bridges/model";
import { LocalTransport } from "../../../provider/transports/local";
import type { Transport } from "../../../provider/transports/transport";

const nothing: Layout = { files: [], down: ":", up: ":", gone: ":", boot: ":" };
const change = (name: string): Change => ({
  name,
  from: nothing,
  to: nothing,
  removes: false,
  adds: true,
  deviceBefore: "eth0",
  deviceAfter: name,
  gateway4: false,
  gateway6: false,
  addresses: [],
  anyAddress: false,
  rollbackAfter: 5,
});

/** In place of the change's own script: it arms and confirms, and touches no network. */
const script = (who: string) => `
work=$(dirname "$0")
case $1 in
  arm) echo ${who} >>"$work/../../armed"; : >"$work/armed" ;;
  confirm) rm -rf "$work" ;;
esac
`;

describe("two programs that change bridges of one host", function () {
  this.timeout(20_000);
  let directory: string;
  const local = new LocalTransport();
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-armed-"));
  });
  afterEach(async () => {
    await local.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The host of this directory. `staged` is awaited between the two steps of a change, `confirming` before its third. */
  const host = (who: string, staged: () => Promise<unknown>, confirming: () => Promise<unknown>): Transport =>
    Object.assign(Object.create(local) as Transport, {
      async exec(argv: readonly string[], options: { stdin?: unknown }) {
        const inside = argv.map((word) => word.replaceAll(base, directory));
        const last = argv.at(-1);
        if (last === "confirm") await confirming();
        const stdin = options.stdin === undefined ? undefined : script(who);
        const result = await local.exec(inside, { stdin, root: false });
        if (stdin !== undefined) await staged();
        return result;
      },
    });
  const work: Work = { deadline: Date.now() + 15_000, progress: () => {} } as Work;

  for (const names of [
    ["br0", "br0"],
    ["br0", "br1"],
  ]) {
    it(`arm one of them alone, of ${names.join(" and ")}`, async () => {
      let arrived = 0;
      let go: () => void;
      const both = new Promise<void>((resolve) => {
        go = resolve;
      });
      const staged = async () => {
        if (++arrived === 2) go();
        await both;
      };
      const ended: Promise<unknown>[] = [];
      const other = (index: number) => () => Promise.race([ended[1 - index]]);
      names.forEach((name, index) => {
        const transport = host(`${index}`, staged, other(index));
        ended.push(
          armedChange(transport, change(name), work).then(
            () => "confirmed",
            (error: { code: string }) => error.code,
          ),
        );
      });
      assert.deepEqual((await Promise.all(ended)).sort(), ["confirmed", "in-use"]);
      assert.equal(readFileSync(join(directory, "armed"), "utf8").split("\n").length - 1, 1);
      assert.equal(
        names.some((name) => existsSync(join(directory, name, "change", "armed"))),
        false,
      );
    });
  }
});
