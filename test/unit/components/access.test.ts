import assert from "node:assert/strict";
import {
  type Access,
  knownHostsText,
  sshCommand,
  sshConfigText,
  tableText,
} from "../../../components/guest-group/access";

const boreas: Access = { name: "boreas", address: "172.17.2.2", user: "root", hostKeys: ["ssh-ed25519 AAAA1"] };
const eurus: Access = { name: "eurus", address: "172.17.2.5", user: "wind", hostKeys: [] };

describe("the ways into a group's guests", () => {
  it("are a Host of ssh_config for each, looked up under its own name", () => {
    assert.equal(
      sshConfigText([boreas, eurus], "root@anemoi"),
      [
        "Host boreas",
        "  HostName 172.17.2.2",
        "  User root",
        "  HostKeyAlias boreas",
        "  ProxyJump root@anemoi",
        "",
        "Host eurus",
        "  HostName 172.17.2.5",
        "  User wind",
        "  HostKeyAlias eurus",
        "  ProxyJump root@anemoi",
        "",
      ].join("\n"),
    );
    assert.doesNotMatch(sshConfigText([boreas], undefined), /ProxyJump/);
  });

  it("are a line of known_hosts for each key", () => {
    assert.equal(knownHostsText([boreas, eurus]), "boreas,172.17.2.2 ssh-ed25519 AAAA1\n");
  });

  it("are a command", () => {
    assert.equal(sshCommand(eurus, undefined), "ssh wind@172.17.2.5");
    assert.equal(sshCommand(eurus, "root@anemoi"), "ssh -J root@anemoi wind@172.17.2.5");
  });

  it("are a table in columns", () => {
    assert.deepEqual(tableText([boreas, eurus], undefined).split("\n"), [
      "NAME    ADDRESS     SSH",
      "boreas  172.17.2.2  ssh root@172.17.2.2",
      "eurus   172.17.2.5  ssh wind@172.17.2.5",
    ]);
  });
});
