import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Claim,
  claimFile,
  claimText,
  type Plan,
  parseClaim,
  planClaims,
} from "../../../provider/host-system/preparation/claims";
import {
  type Holder,
  keyOf,
  kinds,
  type Thing,
  type WantedThing,
} from "../../../provider/host-system/preparation/model";
import { winds } from "../../fake-driver/profile";

const holder = (name: string): Holder => ({
  lineage: name.charCodeAt(0).toString(16).padStart(32, "0"),
  project: "winds",
  stack: name,
  urn: `urn:pulumi:${name}::winds::windrose:Host::anemoi`,
});
const [one, two] = [holder("one"), holder("two")];
const ip: Thing = { kind: "sysctl", name: "net.ipv4.ip_forward" };
const want = (value: string, thing: Thing = ip): WantedThing => ({ ...thing, value });

/** A host in memory, on which a plan is carried out, whole or up to a step. */
class Host {
  claims: Claim[] = [];
  constructor(readonly values: Map<string, string | null> = new Map()) {}

  plan(
    who: Holder,
    wanted: WantedThing[],
    extra: { dead?: string[]; only?: Parameters<typeof planClaims>[0]["only"] } = {},
  ): Plan {
    const value = (thing: Thing) => this.values.get(keyOf(thing)) ?? null;
    return planClaims({
      profile: winds,
      claims: this.claims,
      holder: who,
      wanted,
      actual: { value, saved: () => undefined },
      ...extra,
    });
  }

  /** `steps`: how many changes are made before it is killed. */
  run(plan: Plan, steps = Number.POSITIVE_INFINITY): void {
    let left = steps;
    const step = (work: () => void) => {
      if (left-- > 0) work();
    };
    for (const claim of plan.write)
      step(() => {
        this.claims = [...this.claims.filter((other) => keyOf(other) !== keyOf(claim)), claim];
      });
    for (const thing of plan.set) step(() => this.values.set(keyOf(thing), thing.value));
    for (const claim of plan.restore) step(() => this.values.set(keyOf(claim), claim.before));
    for (const claim of plan.remove)
      step(() => {
        this.claims = this.claims.filter((other) => keyOf(other) !== keyOf(claim));
      });
  }

  has(who: Holder, ...wanted: WantedThing[]): Plan {
    const plan = this.plan(who, wanted);
    this.run(plan);
    return plan;
  }

  get value(): string | null {
    return this.values.get(keyOf(ip)) ?? null;
  }
}

describe("claims on a host", function () {
  this.timeout(30_000);

  it("are shared, and the last one takes back", () => {
    const host = new Host(new Map([[keyOf(ip), "0"]]));
    host.has(one, want("1"));
    host.has(two, want("1"));
    assert.deepEqual(host.has(one).restore, []);
    assert.equal(host.value, "1");
    host.has(two);
    assert.equal(host.value, "0");
    assert.deepEqual(host.claims, []);
  });

  it("restore nothing that was so before, and nothing that somebody else has changed", () => {
    const host = new Host(new Map([[keyOf(ip), "1"]]));
    host.has(one, want("1"));
    assert.deepEqual(host.has(one).restore, []);
    assert.equal(host.value, "1");
    host.values.set(keyOf(ip), "0");
    host.has(one, want("1"));
    host.values.set(keyOf(ip), "2");
    const plan = host.has(one);
    assert.deepEqual([plan.restore, plan.left.map(({ value }) => value)], [[], ["2"]]);
    assert.equal(host.value, "2");
  });

  it("are refused where another lineage wants otherwise, by its stack's name; its own may change", () => {
    const host = new Host(new Map([[keyOf(ip), "0"]]));
    host.has(one, want("1"));
    assert.throws(() => host.plan(two, [want("2")]), /winds\/one \(anemoi\) wants "1"/);
    host.has(one, want("2"));
    host.has(one);
    assert.equal(host.value, "0");
  });

  it("of a dead creation go over to the next, what it no longer wants included", () => {
    const [host, dead] = [new Host(new Map([[keyOf(ip), "0"]])), holder("dead")];
    host.run(host.plan(dead, [want("1"), want("loaded", { kind: "module", name: "bridge" })]), 3);
    host.run(host.plan(one, [want("1")], { dead: [dead.lineage] }));
    assert.deepEqual(Object.keys(host.claims[0]!.holders), [one.lineage]);
    assert.equal(host.claims.length, 1);
    host.has(one);
    assert.equal(host.value, "0");
  });

  it("of what comes with packages are made before these are installed, and set nothing yet", () => {
    const host = new Host();
    const wanted = [
      want("installed", { kind: "package", name: "libvirt" }),
      want("enabled", { kind: "enabled", name: "libvirtd.service" }),
      want("x", { kind: "file", name: "/etc/x" }),
    ];
    host.run(host.plan(one, wanted, { only: { set: ["package"], claim: ["enabled"] } }));
    assert.equal(host.values.size, 1);
    assert.deepEqual(
      host.claims.map(({ kind, before, set }) => [kind, before, set]),
      [
        ["package", null, ["installed"]],
        ["enabled", null, []],
      ],
    );
    // The package brought its service, enabled: before it there was none.
    host.values.set("enabled libvirtd.service", "disabled");
    host.has(one, ...wanted);
    const plan = host.plan(one, []);
    assert.deepEqual(
      plan.restore.map((claim) => [claim.kind, claim.before]),
      [
        ["enabled", null],
        ["file", null],
        ["package", null],
      ],
    );
  });

  it("of a package that a cut-off run has left half-way is taken back, where there was none before", () => {
    const host = new Host();
    const thing: Thing = { kind: "package", name: "libvirt" };
    const wanted = [want("installed", thing)];
    host.run(host.plan(one, wanted));
    host.values.set(keyOf(thing), "in part");
    assert.deepEqual(
      host.plan(one, wanted).set.map(({ name }) => name),
      ["libvirt"],
    );
    assert.deepEqual(
      host.plan(one, []).restore.map(({ name }) => name),
      ["libvirt"],
    );
    host.values.set(keyOf(thing), null);
    assert.deepEqual(host.plan(one, []).restore, []);
  });

  it("of services that their packages enabled and started are taken back, though nothing had to be set", () => {
    const host = new Host();
    const enabled = want("enabled", { kind: "enabled", name: "libvirtd.service" });
    const running = want("running", { kind: "running", name: "libvirtd.service" });
    const wanted = [want("installed", { kind: "package", name: "libvirt" }), enabled, running];
    host.run(host.plan(one, wanted, { only: { set: ["package"], claim: ["enabled", "running"] } }));
    host.values.set(keyOf(enabled), "enabled").set(keyOf(running), "running");
    host.has(one, ...wanted);
    assert.deepEqual(
      host.plan(one, []).restore.map(({ kind }) => kind),
      ["running", "enabled", "package"],
    );
    // Somebody else has switched it off meanwhile: there is nothing to take back.
    host.values.set(keyOf(running), "stopped");
    const { restore, left } = host.plan(one, []);
    assert.deepEqual([restore.map(({ kind }) => kind), left.map(({ value }) => value)], [["enabled", "package"], []]);
  });

  const names = ["a", "b", "c"] as const;
  const thing = (name: string): Thing => ({ kind: "sysctl", name });
  const action = fc.record({
    who: fc.constantFrom(one, two, holder("three")),
    names: fc.uniqueArray(fc.constantFrom(...names)),
    killed: fc.option(fc.nat(8)),
  });

  it("leave the host as it was after any order of runs and deaths, once all have gone", () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 12 }),
        fc.array(fc.constantFrom("0", "1"), { minLength: 3, maxLength: 3 }),
        (actions, start) => {
          const host = new Host(new Map(names.map((name, index) => [keyOf(thing(name)), start[index]!])));
          const before = new Map(host.values);
          for (const { who, names: asked, killed } of actions) {
            const wanted = asked.map((name) => want("1", thing(name)));
            host.run(host.plan(who, wanted), killed ?? undefined);
            if (killed === null) for (const name of asked) assert.equal(host.values.get(keyOf(thing(name))), "1");
          }
          for (const who of [one, two, holder("three")]) host.has(who);
          assert.deepEqual(host.values, before);
          assert.deepEqual(host.claims, []);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("read back from their files, and no other thing's file passes for one", () => {
    const name = fc.string({ minLength: 1, maxLength: 50, unit: "binary" });
    fc.assert(
      fc.property(fc.constantFrom(...kinds), name, fc.option(name), name, (kind, thingName, before, value) => {
        const claim: Claim = {
          kind,
          name: thingName,
          before,
          saved: undefined,
          set: [value],
          holders: { [one.lineage]: { value, project: "p", stack: "s", urn: "u" } },
        };
        const file = claimFile(claim);
        assert.match(file, /^[a-z]+-[A-Za-z0-9._-]+\.json$/);
        assert.deepEqual(
          JSON.parse(JSON.stringify(parseClaim(file, claimText(claim)))),
          JSON.parse(JSON.stringify(claim)),
        );
        assert.throws(
          () => parseClaim(claimFile({ ...claim, name: `${thingName}x` }), claimText(claim)),
          /can't be understood/,
        );
      }),
    );
    for (const broken of ["", "{", "{}", '{"version":2}', "[]", "null"])
      assert.throws(() => parseClaim("x.json", broken), /can't be understood/);
  });
});
