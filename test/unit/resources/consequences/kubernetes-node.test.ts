import assert from "node:assert/strict";
import type { Inputs } from "../../../../provider/basics/record";
import { consequencesOf, neighbour } from "./planned";

const cluster = { name: "winds", version: "1.34.3", endpoint: "winds-api:6443", podSubnet: "10.244.0.0/16" };
const first = { machine: "m-1", role: "controlPlane", cluster, definition: { vcpus: 1, maxMemory: "2GiB" } };
const member = { ...first, through: "m-0/boreas" };
const worker = { ...member, role: "worker" };
const machine = { urn: "urn:machine", name: "notus" };

const update = (news: Inputs, olds: Inputs = worker, made: Inputs = { caHash: "sha256:1" }) =>
  consequencesOf("KubernetesNode", "update", { olds, news: { ...olds, ...news }, made, references: { machine } });
const node = (drained: boolean, lasts: unknown) => [{ what: "node", name: "it", drained, lasts }];

describe("consequences of a Kubernetes node", () => {
  it("are what it is drained for, together", () => {
    const newer = { cluster: { ...cluster, version: "1.34.4" } };
    const larger = { definition: { vcpus: 1, maxMemory: "4GiB" } };
    assert.deepEqual(update(newer).down, node(true, { while: ["upgrade"] }));
    assert.deepEqual(update(larger).down, node(true, { while: ["machine-restart"] }));
    assert.deepEqual(update({ ...newer, ...larger }).down, node(true, { while: ["upgrade", "machine-restart"] }));
    assert.deepEqual(update({ labels: { zone: "south" } }).down, []);
    // One that never became a member has nothing on it.
    assert.deepEqual(update(newer, worker, { __pending: ["node"] }).down, []);
  });

  it("are the machine that it restarts", () => {
    assert.deepEqual(update({ definition: { vcpus: 2 } }).restarts, ["urn:machine"]);
    assert.deepEqual(update({ labels: {} }).restarts, []);
    assert.deepEqual(update({ definition: undefined }).restarts, []);
  });

  it("are the API of a control plane whose certificates are renewed", () => {
    assert.deepEqual(update({ renewal: "1" }, member).down, [{ what: "api", node: "it", lasts: "for-a-moment" }]);
    assert.deepEqual(update({ renewal: "1" }).down, []);
    assert.deepEqual(update({ renewal: undefined }, { ...member, renewal: "1" }).down, []);
  });

  it("are that it is drained before it goes, and joins again", () => {
    assert.deepEqual(consequencesOf("KubernetesNode", "create", { news: worker }), {});
    assert.deepEqual(consequencesOf("KubernetesNode", "delete", { olds: worker }).down, node(true, "for-good"));
    const replaced = (news: Inputs) =>
      consequencesOf("KubernetesNode", "replace", { olds: worker, news: { ...worker, ...news } }).down;
    assert.deepEqual(replaced({ machine: "m-2" }), node(true, "until-rejoined"));
    assert.deepEqual(replaced({ cluster: { ...cluster, generation: 2 } }), node(false, "until-in-new-cluster"));
    // The same in quotes is no new cluster.
    assert.deepEqual(
      replaced({ machine: "m-2", cluster: { ...cluster, generation: "1" } }),
      node(true, "until-rejoined"),
    );
  });

  it("are the whole cluster, where others join through it and none takes its place", () => {
    const gone = (...others: Inputs[]) =>
      consequencesOf("KubernetesNode", "delete", {
        olds: first,
        others: others.map((news) => neighbour("KubernetesNode", "other", { olds: member, news })),
      });
    const lost = [{ what: "cluster", name: "winds" }];
    assert.deepEqual(gone(), { down: [{ what: "cluster", name: "winds", lasts: "for-good" }], lost });
    assert.deepEqual(gone(member).lost, lost);
    assert.deepEqual(gone({ ...first, cluster: { ...cluster, name: "other" } }).lost, lost);
    assert.deepEqual(gone({ ...first, cluster: { ...cluster, generation: 2 } }).lost, lost);
    assert.deepEqual(gone(first), { down: node(true, "for-good") });
    assert.deepEqual(gone({ ...first, cluster: { ...cluster, generation: "1" } }), { down: node(true, "for-good") });
    const replaced = consequencesOf("KubernetesNode", "replace", { olds: first });
    assert.deepEqual(replaced.down, [{ what: "cluster", name: "winds", lasts: "until-recreated" }]);
    assert.deepEqual(replaced.lost, lost);
  });
});
