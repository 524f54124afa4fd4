import assert from "node:assert/strict";
import { type Inputs, unknown } from "../../provider/basics/record";
import { sayValues } from "../../provider/lifecycle/reasons";
import { type Fields, field } from "../../provider/lifecycle/schema";
import { network } from "../../provider/resources/network/definition";
import { checkOf } from "./fakes";

const fields: Fields = {
  name: field.text("", "live"),
  group: field.group("", { address: field.text("", "live"), secret: field.text("", "live", { secret: true }) }),
  disks: field.keyed("", "Disk", { size: field.text("", "live") }, { added: "live", removed: "live" }),
  map: field.dictionary("", "live"),
  list: field.of(() => field.text("", "live").type, "string[]", "", "live"),
};

const said = (given: Inputs, property: string, reason = "is wrong") =>
  sayValues(fields, {}, given, [{ property, reason }])[0]!.reason;

describe("reasons", () => {
  it("say the value of a nested property, which the engine does not", () => {
    const given = {
      name: "a",
      group: { address: "172.17.20.2" },
      disks: { root: { size: 9 } },
      map: { "/etc/a.b": "x y" },
      list: ["a", "b"],
    };
    assert.equal(said(given, "group.address"), "172.17.20.2 is wrong");
    assert.equal(said(given, "group.address", "a prefix is missing"), "a prefix is missing (it is 172.17.20.2)");
    assert.equal(said(given, "group.address", "172.17.20.2 is taken"), "172.17.20.2 is taken");
    assert.equal(said(given, "disks.root.size"), "9 is wrong");
    assert.equal(said(given, "map./etc/a.b"), '"x y" is wrong');
    assert.equal(said(given, "list.1"), "b is wrong");
    assert.equal(said(given, "list[1]"), "b is wrong");
  });

  it("say none where there is none to say, and never a secret", () => {
    for (const [given, property] of [
      [{ name: "a" }, "name"],
      [{ group: { address: unknown } }, "group.address"],
      [{ group: {} }, "group.address"],
      [{ group: { secret: "hunter2" } }, "group.secret"],
      [{ disks: { root: { size: {} } } }, "disks.root.size"],
      [{ map: { a: "hunter2" }, __secrets: ["map.a"] }, "map.a"],
      [{ group: { address: "" } }, "group.address"],
    ] as [Inputs, string][])
      assert.equal(said(given, property), "is wrong", property);
  });

  it("of a network name the address", async () => {
    const { failures } = await checkOf(network, {
      host: "h1",
      ipv4: { address: "172.17.2.1/24" },
      reservations: { boreas: { address: "172.17.20.2" } },
      dns: { hosts: { notus: "nowhere", a_b: "172.17.2.9" } },
    });
    assert.deepEqual(failures, [
      { property: "reservations.boreas.address", reason: "172.17.20.2 is outside the subnet 172.17.2.1/24" },
      { property: "dns.hosts.notus", reason: "nowhere must be an IP address" },
      { property: "dns.hosts", reason: "has the key a_b, which is not a host name" },
    ]);
  });
});
