import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WindroseError } from "../../../provider/basics/errors";
import type { Work } from "../../../provider/basics/work";
import { armedChange } from "../../../provider/host-system/bridges/armed";
import type { Change } from "../../../provider/host-system/bridges/change-script";
import type { Layout } from "../../../provider/host-system/bridges/model";
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

/** In place of the change's own script: it arms, confirms and rolls back, and touches no network. */
const script = (who: string, record = "") => `
work=$(dirname "$0")
home=$(dirname "$work")
case $1 in
  arm) echo ${who} >>"$home/../armed"; printf %s '${record}' >"$work/armed" ;;
  confirm) mv -f "$work/armed" "$home/record.json"; [ -s "$home/record.json" ] || rm "$home/record.json"; rm -rf "$work" ;;
  rollback) rm "$work/armed"; echo + seen; echo the gateway is silent; mv "$work" "$home/last" ;;
esac
`;

/** Time that begins with the test: a whole run can take longer than that to get here. */
const workFor = (milliseconds: number) => (): Work =>
  ({ deadline: Date.now() + milliseconds, progress: () => {} }) as Work;

describe("an armed change", () => {
  let directory: string;
  /** Where the bridges of the host of this directory are. */
  const bridges = () => join(directory, "bridges");
  const onHost = (argv: readonly string[]) => argv.map((word) => word.replaceAll("/var/lib/windrose", directory));
  const local = new LocalTransport();

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "windrose-armed-"));
  });
  afterEach(async () => {
    await local.close();
    rmSync(directory, { recursive: true, force: true });
  });

  describe("two programs that change bridges of one host", function () {
    this.timeout(20_000);

    /** The host of this directory. `staged` is awaited between the two steps of a change, `confirming` before its third. */
    const host = (who: string, staged: () => Promise<unknown>, confirming: () => Promise<unknown>): Transport =>
      Object.assign(Object.create(local) as Transport, {
        async exec(argv: readonly string[], options: { stdin?: unknown }) {
          const inside = onHost(argv);
          const last = argv.at(-1);
          if (last === "confirm") await confirming();
          const stdin = options.stdin === undefined ? undefined : script(who);
          const result = await local.exec(inside, { stdin, root: false });
          if (stdin !== undefined) await staged();
          return result;
        },
      });
    const work = workFor(15_000);

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
            armedChange(transport, change(name), work()).then(
              () => "confirmed",
              (error: { code: string }) => error.code,
            ),
          );
        });
        assert.deepEqual((await Promise.all(ended)).sort(), ["confirmed", "in-use"]);
        assert.equal(readFileSync(join(bridges(), "armed"), "utf8").split("\n").length - 1, 1);
        assert.equal(
          names.some((name) => existsSync(join(bridges(), name, "change", "armed"))),
          false,
        );
      });
    }
  });

  describe("the answer of a host that is lost", function () {
    this.timeout(20_000);
    const work = workFor(60_000);
    const home = () => join(bridges(), "br0");
    const is = { arm: (argv: readonly string[]) => argv.some((word) => word.includes('script" arm')) };
    const confirms = (argv: readonly string[]) => argv.at(-1) === "confirm";

    /** A host whose answer to the step is lost; `instead`: what it does in its place, if anything. */
    const host = (
      step: (argv: readonly string[]) => boolean,
      record: string | undefined,
      instead?: (argv: readonly string[]) => readonly string[],
    ): Transport =>
      Object.assign(Object.create(local) as Transport, {
        async exec(argv: readonly string[], options: { stdin?: string }) {
          const own = options.stdin?.startsWith("#!") ? script("one", record) : options.stdin;
          const lost = step(argv);
          const result = await local.exec(onHost(lost && instead ? instead(argv) : argv), { stdin: own, root: false });
          if (lost) throw new WindroseError("connection-cut", "the connection was cut");
          return result;
        },
      });

    for (const record of ["{}", undefined]) {
      it(`to the confirmation ${record ? "" : "of a removal "}does not make a dead host of it`, async () => {
        await armedChange(host(confirms, record), { ...change("br0"), record }, work());
        assert.deepEqual(existsSync(home()) ? readdirSync(home()) : [], record ? ["record.json"] : []);
      });
    }

    it("does not make a confirmed change of one that the host took back", async () => {
      const back = (argv: readonly string[]) => [...argv.slice(0, -1), "rollback"];
      const logged = (argv: readonly string[]) => [
        "sh",
        "-c",
        `sh "$1" rollback >'${directory}/log'; mv '${directory}/log' '${home()}/last/log'`,
        ...back(argv),
      ];
      await assert.rejects(
        armedChange(host(confirms, "{}", logged), { ...change("br0"), record: "{}" }, work()),
        (error: WindroseError) => error.code === "rolled-back" && error.message.includes("(the gateway is silent)"),
      );
    });

    it("to the arming leaves a change that is armed to go on", async () => {
      await armedChange(host(is.arm, "{}"), { ...change("br0"), record: "{}" }, work());
      assert.equal(readFileSync(join(home(), "record.json"), "utf8"), "{}");
    });

    it("to the arming leaves nothing of a change that is not armed", async () => {
      const cut = host(is.arm, "{}", () => ["true"]);
      await assert.rejects(armedChange(cut, change("br0"), work()), { code: "connection-cut" });
      assert.deepEqual(readdirSync(bridges()), []);
    });

    it("lies where no other user of the host can lock it", async () => {
      mkdirSync(bridges());
      chmodSync(bridges(), 0o755);
      await armedChange(
        host(() => false, "{}"),
        { ...change("br0"), record: "{}" },
        work(),
      );
      for (const made of [bridges(), home()]) assert.equal(statSync(made).mode & 0o777, 0o700, made);
    });
  });
});
