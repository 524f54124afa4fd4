import assert from "node:assert/strict";
import { parse } from "yaml";
import {
  type Access,
  inventoryText,
  knownHostsText,
  sshCommand,
  sshConfigText,
  tableText,
} from "../../../../components/index";

const boreas: Access = {
  name: "boreas",
  address: "172.17.2.2",
  user: "root",
  role: "controlPlane",
  host: "anemoi",
  proxyJump: "root@anemoi",
  hostKeys: ["ssh-ed25519 AAAA1"],
};
const eurus: Access = {
  name: "eurus",
  address: "172.17.3.5",
  user: "wind",
  role: "worker",
  host: "aeolus",
  hostKeys: [],
};

describe("the ways into a lab's guests", () => {
  it("are a Host of ssh_config for each, looked up under its own name, through its own host", () => {
    assert.equal(
      sshConfigText([boreas, eurus]),
      [
        "Host boreas",
        "  HostName 172.17.2.2",
        "  User root",
        "  HostKeyAlias boreas",
        "  ProxyJump root@anemoi",
        "",
        "Host eurus",
        "  HostName 172.17.3.5",
        "  User wind",
        "  HostKeyAlias eurus",
        "",
      ].join("\n"),
    );
  });

  it("are a line of known_hosts for each key", () => {
    assert.equal(knownHostsText([boreas, eurus]), "boreas,172.17.2.2 ssh-ed25519 AAAA1\n");
  });

  it("are a command", () => {
    assert.equal(sshCommand(eurus), "ssh wind@172.17.3.5");
    assert.equal(sshCommand(boreas), "ssh -J root@anemoi root@172.17.2.2");
  });

  it("are a table in columns", () => {
    assert.deepEqual(tableText([boreas, eurus]).split("\n"), [
      "NAME    ROLE           HOST    ADDRESS     SSH",
      "boreas  control plane  anemoi  172.17.2.2  ssh -J root@anemoi root@172.17.2.2",
      "eurus   worker         aeolus  172.17.3.5  ssh wind@172.17.3.5",
    ]);
  });

  it("are an inventory for Ansible", () => {
    assert.deepEqual(parse(inventoryText([boreas, eurus])), {
      all: {
        children: {
          control_plane: {
            hosts: {
              boreas: {
                ansible_host: "172.17.2.2",
                ansible_user: "root",
                ansible_ssh_common_args: "-o HostKeyAlias=boreas -o ProxyJump=root@anemoi",
                hypervisor: "anemoi",
              },
            },
          },
          workers: {
            hosts: {
              eurus: {
                ansible_host: "172.17.3.5",
                ansible_user: "wind",
                ansible_ssh_common_args: "-o HostKeyAlias=eurus",
                hypervisor: "aeolus",
              },
            },
          },
        },
      },
    });
  });
});
