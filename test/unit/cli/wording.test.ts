import assert from "node:assert/strict";
import sinon from "sinon";
import { restartRefusal } from "../../../provider/lifecycle/diff";
import { type EffectRule, type Field, type Fields, type Verdict, worded } from "../../../provider/lifecycle/schema";
import { definitions } from "../../../provider/pulumi/definitions";
import { digest, machine, made, markdown, report, type Sketch } from "./digests";

/** The field table with other words for all that its rules say. */
function reworded(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, spec]) => [name, rewordedField(spec)]));
}

function rewordedField(spec: Field): Field {
  if (spec.shape === "leaf") return { ...spec, effect: rewordedRule(spec.effect) };
  if (spec.shape === "group")
    return { ...spec, fields: reworded(spec.fields), ...(spec.effect ? { effect: rewordedRule(spec.effect) } : {}) };
  return { ...spec, entry: reworded(spec.entry), added: rewordedRule(spec.added), removed: rewordedRule(spec.removed) };
}

function rewordedRule(rule: EffectRule): EffectRule {
  if (typeof rule === "function") return worded("other words", (change) => rewordedVerdict(rule(change)));
  return rewordedVerdict(rule) as EffectRule;
}

function rewordedVerdict(verdict: Verdict): Verdict {
  return typeof verdict === "string" || "refuse" in verdict ? verdict : { ...verdict, says: "other words" };
}

const cluster = { name: "winds", version: "1.34.3", endpoint: "winds-api:6443" };
const node = { machine: "m", role: "controlPlane", through: "m-0/x", cluster, definition: { maxMemory: "2GiB" } };
const changed: Sketch[] = [
  {
    name: "replugged",
    olds: machine,
    news: { ...machine, interfaces: { lan: { ...machine.interfaces.lan, mtu: 1400 } } },
  },
  { name: "unplugged", olds: machine, news: { ...machine, interfaces: {} } },
  { name: "restarted", olds: machine, news: { ...machine, restart: "now", machineType: "pc" } },
  { name: "off", olds: machine, news: { ...machine, running: false } },
  { name: "diskless", olds: machine, outputs: made, news: { ...machine, disks: {} } },
  { kind: "Network", name: "lan", id: "net-id", olds: { domain: "a" }, news: { domain: "b" } },
  { kind: "HostBridge", name: "br0", olds: { nic: "eno1" }, news: { nic: "eno1", mtu: 9000 } },
  { kind: "Snapshot", name: "before", olds: { machine: "m" }, news: { machine: "m", restore: "1" } },
  {
    kind: "KubernetesNode",
    name: "notus",
    olds: node,
    news: { ...node, renewal: "1", definition: { maxMemory: "4GiB" }, cluster: { ...cluster, version: "1.34.4" } },
  },
].map((sketch) => ({ op: "update", detailedDiff: [], ...sketch }));

describe("what a preview summary says goes down or is lost", () => {
  afterEach(() => sinon.restore());

  it("stays when the words of the field tables change", () => {
    const consequences = () =>
      report(digest(changed)).changes.map(({ name, down, lost, effect }) => ({ name, down, lost, effect }));
    const before = consequences();
    for (const { name, down, lost } of before) assert.ok(down.length + lost.length > 0, `${name} takes nothing away`);
    for (const definition of Object.values(definitions))
      sinon.stub(definition, "fields").value(reworded(definition.fields));
    assert.match(markdown(digest(changed)), /\(other words\)/);
    assert.deepEqual(consequences(), before);
  });
});

describe("the warning of a restart that is refused", () => {
  const urn = "urn:pulumi:dev::winds::pulumi-nodejs:dynamic/windrose:VirtualMachine::boreas";
  const warned = (message: string, news: object) => {
    const diagnostics = [{ urn, message: `warning: ${message}\n`, severity: "warning" }];
    return report(digest([{ op: "update", olds: machine, news: { ...machine, ...news } }], { diagnostics })).warnings;
  };
  const refused = { machineType: "pc" };

  it("is not repeated where the table has it, whatever the fields say", () => {
    for (const text of ["machineType unset → pc: after a restart", "other words"])
      assert.deepEqual(warned(`${text}. ${restartRefusal}`, refused), []);
  });

  it("is shown where the table does not have it, as are all others", () => {
    assert.equal(warned(`other words. ${restartRefusal}`, { description: "x" }).length, 1);
    assert.equal(warned("the machine is left as it is", refused).length, 1);
    assert.equal(warned(`${restartRefusal} Not ours.`, refused).length, 1);
  });
});
