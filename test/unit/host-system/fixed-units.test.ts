import assert from "node:assert/strict";
import { WindroseError } from "../../../provider/basics/errors";
import { type Claim, claimFile, claimText } from "../../../provider/host-system/preparation/claims";
import { nothingWanted, type ServiceState } from "../../../provider/host-system/preparation/model";
import { createPreparation } from "../../../provider/host-system/preparation/preparation";
import type { ExecOptions, Transport } from "../../../provider/transports/transport";
import { libvirtHost } from "../../fake-driver/profile";

const holder = { lineage: "0".repeat(32), project: "winds", stack: "dev", urn: "u" };
const system = { machineId: "m", hostname: "anemoi", os: "debian 12", distributions: ["debian"], arch: "x86_64" };
const facts = { ...system, cpus: 1, memory: 1 };
const work = { progress: () => undefined, deadline: Number.POSITIVE_INFINITY };

/** A host with one running unit, whose file systemd calls so. */
class Host {
  readonly changes: string[] = [];
  claims = "";
  constructor(readonly file: string) {}

  readonly preparation = createPreparation(
    {
      exec: async (_argv: readonly string[], { stdin = "" }: ExecOptions) => {
        const text = String(stdin);
        const looks = text.includes("part claims");
        if (!looks) this.changes.push(text);
        const unit = `Id=winds.service\nLoadState=loaded\nActiveState=active\nUnitFileState=${this.file}\nTriggeredBy=\n`;
        const parts = `\0claims\n${this.claims}\0digest\n${"0".repeat(64)}\n\0units\n${unit}\n\n==\n`;
        return { code: 0, stdout: looks ? parts : "", stderr: "" };
      },
    } as unknown as Transport,
    libvirtHost,
  );

  apply(state: ServiceState): Promise<string[]> {
    const wanted = { ...nothingWanted, services: { winds: state } };
    return this.preparation.apply({ wanted, holder, system: facts, removePackages: false, creating: false }, work);
  }

  read(state: ServiceState) {
    return this.preparation.read({ ...nothingWanted, services: { winds: state } }, holder, facts);
  }
}

/** Whether a script of the host enables or disables anything, and what it claims. */
const enabling = (scripts: readonly string[]) =>
  scripts.filter((text) => /systemctl --quiet (enable|disable) -- winds|claims\/enabled-/.test(text));

describe("a unit that nobody can enable", () => {
  const states = ["", "static", "indirect", "alias", "generated", "transient", "masked", "masked-runtime"];

  for (const file of states) {
    it(`is as it is asked for with \`enabled: false\`, where systemd calls it "${file}"`, async () => {
      const host = new Host(file);
      await host.apply({ enabled: false });
      assert.equal(host.changes.length, 1, "that it runs is claimed");
      assert.deepEqual(enabling(host.changes), []);
      const { services } = await host.read({ enabled: false });
      assert.equal(services.winds!.enabled, undefined);
    });

    it(`is refused with \`enabled: true\` before anything is changed, where systemd calls it "${file}"`, async () => {
      const host = new Host(file);
      await assert.rejects(
        () => host.apply({ enabled: true }),
        (error: WindroseError) =>
          error instanceof WindroseError &&
          error.code === "unsupported" &&
          /^winds\.service can't be enabled: \w+/.test(error.why) &&
          /et `enabled: false` on it/.test(error.hint),
      );
      assert.deepEqual(host.changes, []);
    });
  }

  it("counts as enabled where nothing is said of that, and others begin it", async () => {
    for (const file of states) {
      const host = new Host(file);
      if (["", "static", "indirect", "alias"].includes(file)) {
        await host.apply({});
        assert.deepEqual(enabling(host.changes), [], file);
      } else await assert.rejects(() => host.apply({}), { code: "unsupported" }, file);
    }
  });

  it("is left as it is, with no word, where it was claimed", async () => {
    for (const before of ["enabled", "disabled", null]) {
      const host = new Host("generated");
      const { lineage, ...held } = holder;
      const claim: Claim = {
        kind: "enabled",
        name: "winds.service",
        before,
        set: ["enabled"],
        holders: { [lineage]: { value: "enabled", ...held } },
      };
      host.claims = `${claimFile(claim)} ${Buffer.from(claimText(claim)).toString("base64")}\n`;
      assert.deepEqual(await host.apply({ enabled: false }), []);
      assert.doesNotMatch(host.changes.join(), /systemctl --quiet (enable|disable)/);
      assert.match(host.changes.join(), new RegExp(`rm -f -- \\S*${claimFile(claim)}`));
    }
  });

  it("says how to go on", async () => {
    await assert.rejects(() => new Host("masked").apply({}), {
      message:
        "winds.service can't be enabled: it is masked. Run `systemctl unmask winds.service` on the host, or set `enabled: false` on it.",
    });
    await assert.rejects(() => new Host("generated").apply({}), {
      message:
        "winds.service can't be enabled: a generator has made it, of /etc/fstab or a script in /etc/init.d (systemd calls it generated). Set `enabled: false` on it.",
    });
  });
});

describe("a unit that can be enabled", () => {
  it("is, and is disabled, where it is not yet", async () => {
    for (const [file, enabled, command] of [
      ["enabled", true, undefined],
      ["enabled-runtime", true, undefined],
      ["disabled", false, undefined],
      ["linked", false, undefined],
      ["disabled", true, "enable"],
      ["linked", true, "enable"],
      ["enabled", false, "disable"],
    ] as const) {
      const host = new Host(file);
      await host.apply({ enabled });
      const found = /systemctl --quiet (enable|disable) -- winds/.exec(host.changes.join("\n"))?.[1];
      assert.equal(found, command, `${file} → ${enabled}`);
    }
  });
});
