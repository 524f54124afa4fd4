import assert from "node:assert/strict";
import { checkCloudInit, isHostname } from "../../../provider/cloud-init/check";
import { publicKeyProblem } from "../../../provider/cloud-init/public-key";
import { makeHostKey } from "../../host-key";

const paths = (fields: Parameters<typeof checkCloudInit>[0]): string[] =>
  checkCloudInit(fields).map(({ path }) => path);

describe("check of cloudInit", () => {
  it("finds nothing wrong with what is right", () => {
    const { public: key } = makeHostKey();
    assert.deepEqual(
      checkCloudInit({
        hostname: "boreas",
        fqdn: "boreas.lab.example",
        users: ["default", { name: "alice" }],
        sshKeys: [key, `${key} me@here`, `from="10.0.0.0/8",no-pty ${key}`],
        packages: ["vim", "g++"],
        runCommands: ["true", ["echo", "x"]],
        userData: { packages: [], users: [] },
        vendorData: "#!/bin/sh\n",
        networkConfig: "version: 1\nconfig: []\n",
      }),
      [],
    );
    assert.deepEqual(checkCloudInit({ userData: "#cloud-config\n", networkConfig: { network: { version: 2 } } }), []);
    assert.deepEqual(checkCloudInit({}), []);
  });

  it("names each thing that is wrong", () => {
    assert.deepEqual(
      paths({
        hostname: "-x",
        fqdn: "a..b",
        users: [{ shell: "/bin/sh" }, 3],
        sshKeys: ["nonsense"],
        packages: "vim",
        runCommands: ["x", [1], []],
        userData: { packages: "vim", hostname: "_", users: 3, ssh_keys: {}, ssh_deletekeys: true },
        vendorData: "what is this",
        networkConfig: { version: 3 },
      }),
      [
        "hostname",
        "fqdn",
        "users[0]",
        "users[1]",
        "sshKeys[0]",
        "packages",
        "runCommands[1]",
        "runCommands[2]",
        "userData.packages",
        "userData.users",
        "userData.hostname",
        "userData.ssh_keys",
        "userData.ssh_deletekeys",
        "vendorData",
        "networkConfig",
      ],
    );
    assert.deepEqual(paths({ userData: "#cloud-config\na: [secret-thing\n" }), ["userData"]);
    assert.ok(!JSON.stringify(checkCloudInit({ userData: "#cloud-config\na: [secret-thing\n" })).includes("secret"));
  });

  it("leaves alone what is not known yet", () => {
    const isUnknown = (value: unknown): boolean => value === "?";
    const unknown = { hostname: "?", sshKeys: ["?"], userData: "?", networkConfig: "?", packages: "?" };
    assert.deepEqual(checkCloudInit(unknown, { isUnknown }), []);
    assert.equal(checkCloudInit(unknown).length, 5);
  });

  it("knows host names", () => {
    for (const good of ["a", "a-b", "3com", "a.b.example", "x".repeat(63)]) assert.ok(isHostname(good), good);
    for (const bad of ["", "-a", "a-", "a_b", "a.", ".a", "x".repeat(64), "10.0.0.1", "a b", "a\n", "ä", 3])
      assert.ok(!isHostname(bad), String(bad));
  });

  it("knows public keys", () => {
    const pair = makeHostKey();
    const [type = "", base64 = ""] = pair.public.split(" ");
    assert.equal(publicKeyProblem(pair.public), undefined);
    for (const bad of [
      pair.private,
      type,
      base64,
      `${type} ${base64.slice(0, 40)}`,
      `ssh-rsa ${base64}`,
      `${type} ****`,
      `${pair.public}\n${pair.public}`,
      `ssh-dss ${base64}`,
      7,
    ])
      assert.ok(publicKeyProblem(bad), String(bad));
    assert.match(publicKeyProblem(pair.private) ?? "", /private key/);
  });
});
