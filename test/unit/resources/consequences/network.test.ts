import assert from "node:assert/strict";
import type { Inputs } from "../../../../provider/basics/record";
import { consequencesOf, neighbour } from "./planned";

const olds = { mode: "nat", domain: "a", ipv4: { address: "172.17.2.1/24" } };
const plugged = (name: string, network: string) =>
  neighbour("VirtualMachine", name, { olds: { interfaces: { lan: { network } } } });
const others = [plugged("notus", "net-1"), plugged("boreas", "net-1"), plugged("eurus", "net-2")];
const update = (news: Inputs) =>
  consequencesOf("Network", "update", { olds, news: { ...olds, ...news }, id: "net-1", others }).down;
const down = (lasts: string, guests = ["boreas", "notus"]) => [{ what: "network", name: "it", lasts, guests }];

describe("consequences of a network", () => {
  it("are a moment where it is restarted, with the machines on it", () => {
    const restarting: Inputs[] = [
      { domain: "b" },
      { ipv4: { address: "172.17.3.1/24" } },
      { ipv6: { address: "fd00:17:2::1/64" } },
      { dns: { forwarders: ["9.9.9.9"] } },
    ];
    for (const news of restarting) assert.deepEqual(update(news), down("for-a-moment"), JSON.stringify(news));
    assert.deepEqual(update({ domain: "b", ipv4: undefined }), down("for-a-moment"));
    for (const news of [{ autostart: false }, { dns: { hosts: { a: "172.17.2.9" } } }, { active: false }])
      assert.deepEqual(update(news), [], JSON.stringify(news));
  });

  it("last where it goes", () => {
    const go = (operation: "delete" | "replace", id?: string) =>
      consequencesOf("Network", operation, { olds, id, others }).down;
    assert.deepEqual(go("delete", "net-1"), down("for-good"));
    assert.deepEqual(go("replace", "net-1"), down("until-recreated"));
    assert.deepEqual(go("delete", "net-3"), down("for-good", []));
    assert.deepEqual(go("delete"), down("for-good", []));
    assert.deepEqual(consequencesOf("Network", "create", { news: olds }).down, []);
  });
});
