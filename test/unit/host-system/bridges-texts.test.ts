import assert from "node:assert/strict";
import { parse } from "yaml";
import { renamed, takeOut as takeStanzas } from "../../../provider/host-system/bridges/ifupdown";
import { kept, layoutsOf } from "../../../provider/host-system/bridges/layouts";
import type {
  Addressing,
  BridgeDefinition,
  BridgeMark,
  BridgeRecord,
  Layout,
  Original,
} from "../../../provider/host-system/bridges/model";
import { takeOut as takeNetplan } from "../../../provider/host-system/bridges/netplan";
import { sectionsOf } from "../../../provider/host-system/bridges/network-manager";
import { carried, prefixBefore } from "../../../provider/host-system/bridges/systemd-networkd";

const definition: BridgeDefinition = { name: "br0", nic: "eth0", stp: false };
const addressing: Addressing = {
  addresses: ["192.0.2.5/24", "2001:db8::5/64"],
  dhcp4: false,
  dhcp6: false,
  acceptRa: false,
  gateway: "192.0.2.1",
  gateway6: "fe80::1",
  dns: ["192.0.2.53", "2001:db8::53"],
  search: ["lab.example"],
};

const original = (manager: Original["manager"], more: Partial<Original> = {}): Original => ({
  manager,
  port: "eth0",
  makesVlan: false,
  mac: "52:54:00:00:00:01",
  gateway4: true,
  gateway6: false,
  files: [],
  ...more,
});

const contentOf = (layout: Layout, path: string): string => {
  const file = layout.files.find((each) => each.path.endsWith(path));
  assert.ok(file?.content !== undefined, `${path} in ${layout.files.map((each) => each.path).join(", ")}`);
  return file.content;
};

describe("systemd-networkd's files of a bridge", () => {
  const text = [
    "[Match]",
    "MACAddress=52:54:00:00:00:01",
    "[Link]",
    "MTUBytes=9000",
    "[Network]",
    "DHCP=ipv4",
    "VLAN=eth0.7",
    "# a comment",
    "[DHCPv4]",
    "UseDNS=no",
    "[Route]",
    "Destination=10.0.0.0/8",
    "Gateway=192.0.2.9",
    "",
  ].join("\n");

  it("carry the NIC's addresses over, and leave it what is the device's", () => {
    const layout = layoutsOf(
      definition,
      original("systemd-networkd", { text, file: "/etc/systemd/network/20-up.network" }),
    );
    const network = contentOf(layout.bridge, "05-windrose-br0.network");
    for (const kept of ["Name=br0", "DHCP=ipv4", "[DHCPv4]", "UseDNS=no", "[Route]", "Gateway=192.0.2.9"]) {
      assert.ok(network.includes(kept), kept);
    }
    for (const gone of ["MACAddress", "MTUBytes", "VLAN=", "comment"]) assert.ok(!network.includes(gone), gone);
    const port = contentOf(layout.bridge, "05-windrose-br0-port.network");
    for (const kept of ["Name=eth0", "Bridge=br0", "MTUBytes=9000", "VLAN=eth0.7"])
      assert.ok(port.includes(kept), kept);
    assert.ok(!port.includes("DHCP"));
    assert.ok(contentOf(layout.bridge, ".netdev").includes("MACAddress=52:54:00:00:00:01"));
    assert.deepEqual(
      layout.plain.files.map((file) => file.content),
      [undefined, undefined, undefined],
    );
  });

  it("say the same client to a DHCP server", () => {
    const { bridge } = layoutsOf(definition, original("systemd-networkd", { text, iaid: "0000002a" }));
    assert.match(contentOf(bridge, "br0.network"), /\[DHCPv4\]\nIAID=42\n/);
  });

  it("come before the NIC's own", () => {
    assert.equal(prefixBefore("/etc/systemd/network/20-up.network"), "05-windrose-");
    assert.equal(prefixBefore("/etc/systemd/network/01-up.network"), "00-windrose-");
    assert.equal(prefixBefore("/etc/systemd/network/!up.network"), undefined);
  });

  it("make a VLAN on the NIC without taking its addresses", () => {
    const { bridge } = layoutsOf(
      { ...definition, vlan: 7, addressing },
      original("systemd-networkd", { port: "eth0.7", makesVlan: true, file: "/run/systemd/network/20-up.network" }),
    );
    assert.match(contentOf(bridge, "-vlan.netdev"), /Name=eth0\.7\nKind=vlan\n\n\[VLAN\]\nId=7\n/);
    assert.match(contentOf(bridge, "/20-up.network.d/windrose-br0.conf"), /\[Network\]\nVLAN=eth0\.7\n/);
    assert.match(contentOf(bridge, "-port.network"), /Name=eth0\.7\n/);
    assert.match(
      contentOf(bridge, "br0.network"),
      /Address=192\.0\.2\.5\/24\nAddress=2001:db8::5\/64\nGateway=192\.0\.2\.1\n/,
    );
    assert.match(bridge.gone, /ip link delete br0[\s\S]*ip link delete eth0\.7/);
  });

  it("keep a section's name, and nothing before the first", () => {
    assert.deepEqual(carried("DHCP=yes\n[Network]\nDNS=192.0.2.53\n[Bridge]\nCost=7\n"), [
      "[Network]",
      "DNS=192.0.2.53",
    ]);
  });
});

describe("NetworkManager's profiles of a bridge", () => {
  const text = [
    "[connection]",
    "id=uplink",
    "uuid=8f6e3a52-5c39-4a58-a3f5-6b7d3b1f9a10",
    "type=ethernet",
    "zone=trusted",
    "[802-1x]",
    "eap=tls;",
    "[ipv4]",
    "method=auto",
    "route1=10.0.0.0/8,192.0.2.9",
    "[ipv6]",
    "method=ignore",
  ].join("\n");

  it("carry the settings of both families over, and leave the port what is its own", () => {
    const { bridge, plain } = layoutsOf(definition, original("NetworkManager", { text, id: "8f6e" }));
    const own = sectionsOf(contentOf(bridge, "windrose-br0.nmconnection"));
    assert.deepEqual(own.get("ipv4"), ["method=auto", "route1=10.0.0.0/8,192.0.2.9"]);
    assert.deepEqual(own.get("ipv6"), ["method=ignore"]);
    assert.ok(own.get("connection")!.includes("zone=trusted"));
    assert.ok(own.get("bridge")!.includes("mac-address=52:54:00:00:00:01"));
    assert.ok(!own.has("802-1x"));
    const port = sectionsOf(contentOf(bridge, "windrose-br0-port.nmconnection"));
    assert.deepEqual(port.get("802-1x"), ["eap=tls;"]);
    assert.ok(port.get("connection")!.includes("master=br0"));
    assert.ok(bridge.files.every((file) => file.mode === "0600"));
    assert.match(plain.up, /nmcli -w 30 connection up uuid 8f6e ifname eth0/);
  });

  it("say a family without addresses has no name servers, which is refused otherwise", () => {
    const none = { ...addressing, addresses: ["192.0.2.5/24"], gateway6: undefined };
    const { bridge } = layoutsOf({ ...definition, addressing: none }, original("NetworkManager"));
    const own = sectionsOf(contentOf(bridge, "windrose-br0.nmconnection"));
    assert.deepEqual(own.get("ipv6"), ["method=link-local"]);
    assert.deepEqual(own.get("ipv4"), [
      "method=manual",
      "address1=192.0.2.5/24",
      "gateway=192.0.2.1",
      "dns=192.0.2.53;",
      "dns-search=lab.example;",
    ]);
  });

  it("are not made for Open vSwitch", () => {
    const asked = { ...definition, openvswitch: { datapath: "system", trunks: [] } } as const;
    assert.throws(() => layoutsOf(asked, original("NetworkManager")), { code: "unsupported" });
  });
});

describe("netplan's files of a bridge", () => {
  const text =
    "# by hand\nnetwork:\n  version: 2\n  ethernets:\n    up: # the uplink\n      match: {name: eth0}\n      addresses: [192.0.2.5/24]\n      mtu: 9000\n    other: {dhcp4: true}\n";
  const files = [{ path: "/etc/netplan/50-a.yaml", content: text, mode: "0600" }];

  it("take the addresses out of the NIC's definition, and leave comments and others", () => {
    const { settings, edited, kind } = takeNetplan(files, "up");
    assert.deepEqual(settings, { addresses: ["192.0.2.5/24"] });
    assert.equal(kind, "ethernets");
    assert.ok(edited[0]!.content!.includes("# the uplink") && edited[0]!.content!.includes("# by hand"));
    assert.deepEqual(parse(edited[0]!.content!).network.ethernets, {
      up: { match: { name: "eth0" }, mtu: 9000 },
      other: { dhcp4: true },
    });
  });

  it("touch nothing of this process, whatever their keys are", () => {
    const file = (path: string, key: string) => ({
      path,
      content: `network:\n  ethernets:\n    up:\n      nameservers:\n        ${key}: {windrose: 1}\n`,
      mode: "0600",
    });
    for (const key of ["__proto__", "constructor", "toString"])
      takeNetplan([file("/etc/netplan/1.yaml", "search"), file("/etc/netplan/2.yaml", key)], "up");
    const all: unknown[] = [{}, Object, Object.prototype.toString];
    for (const each of all) assert.equal((each as { windrose?: unknown }).windrose, undefined);
  });

  it("merge what several files say, as netplan does", () => {
    const more = {
      path: "/etc/netplan/60-b.yaml",
      content: "network: {ethernets: {up: {addresses: [192.0.2.6/24], dhcp4: true}}}",
      mode: "0600",
    };
    assert.deepEqual(takeNetplan([...files, more], "up").settings, {
      addresses: ["192.0.2.5/24", "192.0.2.6/24"],
      dhcp4: true,
    });
  });

  it("give the bridge what the NIC had, and the NIC its file back", () => {
    const { bridge, plain } = layoutsOf(definition, original("netplan", { id: "up", files }));
    const { network } = parse(contentOf(bridge, "95-windrose-br0.yaml"));
    assert.deepEqual(network.bridges.br0.interfaces, ["up"]);
    assert.deepEqual(network.bridges.br0.addresses, ["192.0.2.5/24"]);
    assert.deepEqual(network.ethernets.up["link-local"], []);
    assert.equal(contentOf(plain, "50-a.yaml"), text);
  });

  it("refuse addresses that are not in /etc", () => {
    const elsewhere = [{ ...files[0]!, path: "/lib/netplan/50-a.yaml" }];
    assert.throws(() => layoutsOf(definition, original("netplan", { id: "up", files: elsewhere })), {
      code: "unsupported",
    });
  });

  it("have what the program says", () => {
    const { bridge } = layoutsOf(
      { ...definition, addressing, stp: true, forwardDelay: 4 },
      original("netplan", { id: "up", files }),
    );
    const { br0 } = parse(contentOf(bridge, "95-windrose-br0.yaml")).network.bridges;
    assert.deepEqual(br0.routes, [
      { to: "0.0.0.0/0", via: "192.0.2.1" },
      { to: "::/0", via: "fe80::1" },
    ]);
    assert.deepEqual(br0.nameservers, { addresses: ["192.0.2.53", "2001:db8::53"], search: ["lab.example"] });
    assert.deepEqual(br0.parameters, { stp: true, "forward-delay": 4 });
  });
});

describe("ifupdown's stanzas of a bridge", () => {
  const text = [
    "source /etc/network/interfaces.d/*",
    "",
    "auto lo eth0",
    "iface lo inet loopback",
    "",
    "# the uplink",
    "iface eth0 inet static",
    "    address 192.0.2.5/24",
    "    # of the office",
    "    post-up ip route add 10.0.0.0/8 via 192.0.2.9 dev eth0",
    "",
    "# another",
    "iface eth0.7 inet manual",
    "allow-hotplug eth0",
    "iface eth0 inet6 auto",
    "",
  ].join("\n");

  it("are taken out, and what is about others stays", () => {
    const { text: left, taken } = takeStanzas(text, "eth0");
    assert.deepEqual(
      taken.map((stanza) => stanza.head),
      ["iface eth0 inet static", "iface eth0 inet6 auto"],
    );
    assert.ok(left.includes("auto lo\n") && left.includes("iface eth0.7 inet manual") && left.includes("# another"));
    assert.ok(!left.includes("192.0.2.5") && !left.includes("hotplug"));
  });

  it("name the bridge where the NIC stood as a word of its own", () => {
    const stanza = { head: "iface eth0 inet static", lines: ["up ip r add x dev eth0", "up echo eth0.7 beth0 eth01"] };
    assert.deepEqual(renamed(stanza, "eth0", "br0").lines, ["up ip r add x dev br0", "up echo eth0.7 beth0 eth01"]);
  });

  it("go to a file of their own where such files are read, else to the end of the one there is", () => {
    const file = { path: "/etc/network/interfaces", content: text, mode: "0644" };
    const sourced = layoutsOf(definition, original("ifupdown", { files: [file] }));
    const own = contentOf(sourced.bridge, "/interfaces.d/windrose-br0");
    assert.match(
      own,
      /^# Made by windrose.*\nauto br0\niface br0 inet static\n {4}pre-up test -e \/sys\/class\/net\/br0 \|\| ip link add/,
    );
    assert.match(own, /dev br0\n\niface br0 inet6 auto/);
    assert.equal(contentOf(sourced.plain, "/network/interfaces"), text);
    const alone = { ...file, content: text.replace(/^source.*\n/, "") };
    const { bridge } = layoutsOf(definition, original("ifupdown", { files: [alone] }));
    assert.equal(bridge.files.length, 1);
    assert.match(bridge.files[0]!.content!, /iface lo inet loopback[\s\S]*# Made by windrose/);
  });
});

describe("a file of the user's that was edited since", () => {
  const recordOf = (before: Original, asked = definition): BridgeRecord => ({
    version: 1,
    mark: {} as BridgeMark,
    definition: asked,
    original: before,
    ...layoutsOf(asked, before),
  });

  it("keeps what was put into it, under netplan", () => {
    const text =
      "network:\n  ethernets:\n    eth0: {addresses: [192.0.2.5/24]}\n    eth1: {addresses: [198.51.100.5/24]}\n";
    const record = recordOf(
      original("netplan", { files: [{ path: "/etc/netplan/a.yaml", content: text, mode: "0600" }] }),
    );
    const now = {
      ...record.bridge.files[0]!,
      content: "network:\n  ethernets:\n    eth0: {mtu: 1400}\n    eth2: {dhcp4: true}\n",
    };
    assert.deepEqual(kept(record, record.bridge, [record.bridge.files[0]!]).plain, record.plain);
    assert.deepEqual(parse(contentOf(kept(record, record.bridge, [now]).plain, "a.yaml")).network.ethernets, {
      eth0: { mtu: 1400, addresses: ["192.0.2.5/24"] },
      eth2: { dhcp4: true },
    });
    assert.equal(contentOf(kept(record, record.bridge, [now]).bridge, "a.yaml"), now.content);
    const gone = { ...now, content: "network: {}\n" };
    assert.equal(contentOf(kept(record, record.bridge, [gone]).plain, "a.yaml"), gone.content);
  });

  it("keeps what was put into it, under ifupdown", () => {
    const text = "auto eth0 eth1\niface eth0 inet static\n    address 192.0.2.5/24\niface eth1 inet dhcp\n";
    const before = original("ifupdown", {
      files: [{ path: "/etc/network/interfaces", content: text, mode: "0644" }],
    });
    const record = recordOf(before);
    const now = {
      ...record.bridge.files[0]!,
      content: `${record.bridge.files[0]!.content}auto eth2\niface eth2 inet dhcp\n`,
    };
    const back = contentOf(kept(record, record.bridge, [now]).plain, "interfaces");
    assert.ok(!back.includes("br0") && back.includes("iface eth2 inet dhcp") && back.includes("auto eth1"));
    assert.match(back, /auto eth0\niface eth0 inet static\n {4}address 192\.0\.2\.5\/24\n/);
    const next = layoutsOf({ ...definition, mtu: 1400 }, before).bridge;
    const updated = contentOf(kept(record, next, [now]).bridge, "interfaces");
    assert.ok(updated.includes("mtu 1400") && updated.includes("iface eth2 inet dhcp"));
    assert.equal(updated.match(/iface br0/g)!.length, 1);
  });

  it("is given back rightly whichever of two bridges goes first", () => {
    const text = "auto eth0 eth1\niface eth0 inet static\n    address 192.0.2.5/24\niface eth1 inet dhcp\n";
    const path = "/etc/network/interfaces";
    const file = (content: string) => ({ path, content, mode: "0644" });
    const first = recordOf(original("ifupdown", { files: [file(text)] }));
    const between = first.bridge.files[0]!.content!;
    const other = { ...definition, name: "br1", nic: "eth1" };
    const second = recordOf(original("ifupdown", { port: "eth1", files: [file(between)] }), other);
    const both = second.bridge.files[0]!.content!;
    const one = contentOf(kept(first, first.bridge, [file(both)]).plain, "interfaces");
    assert.ok(one.includes("iface br1 inet dhcp") && one.includes("iface eth0 inet static") && !one.includes("br0"));
    const none = contentOf(kept(second, second.bridge, [file(one)]).plain, "interfaces");
    const lines = (all: string) =>
      all
        .split("\n")
        .filter((each) => each.trim() !== "" && !each.startsWith("auto"))
        .sort();
    assert.deepEqual(lines(none), lines(text));
    assert.ok(none.includes("auto eth0") && none.includes("auto eth1"));
  });
});

describe("a bridge over a VLAN that is made with it", () => {
  const asked = { ...definition, vlan: 7 };
  const layoutsBefore = (manager: Original["manager"], more: Partial<Original> = {}) =>
    layoutsOf(asked, original(manager, { port: "eth0.7", makesVlan: true, gateway4: false, ...more }));

  it("leaves the NIC's own profile alone under NetworkManager", () => {
    const { bridge, plain } = layoutsBefore("NetworkManager", { id: "8f6e", text: "[ipv4]\nmethod=auto\n" });
    const port = sectionsOf(contentOf(bridge, "windrose-br0-port.nmconnection"));
    assert.deepEqual(port.get("vlan"), ["id=7", "parent=eth0", "flags=1"]);
    assert.ok(port.get("connection")!.includes("interface-name=eth0.7"));
    assert.deepEqual(sectionsOf(contentOf(bridge, "windrose-br0.nmconnection")).get("ipv4"), ["method=disabled"]);
    assert.equal(plain.up, "nmcli connection reload");
  });

  it("leaves the NIC's own definition alone under netplan", () => {
    const text = "network: {ethernets: {up: {match: {name: eth0}, addresses: [192.0.2.5/24]}}}\n";
    const files = [{ path: "/etc/netplan/a.yaml", content: text, mode: "0600" }];
    const { bridge } = layoutsBefore("netplan", {
      id: "up",
      file: "/run/systemd/network/10-netplan-up.network",
      files,
    });
    assert.equal(bridge.files.length, 1);
    const { network } = parse(contentOf(bridge, "95-windrose-br0.yaml"));
    assert.equal(network.vlans["eth0.7"].id, 7);
    assert.equal(network.vlans["eth0.7"].link, "up");
    assert.deepEqual(network.bridges.br0.interfaces, ["eth0.7"]);
    assert.equal(network.ethernets, undefined);
  });

  it("leaves the NIC's own stanzas alone under ifupdown", () => {
    const text = "auto eth0\niface eth0 inet dhcp\n";
    const { bridge, plain } = layoutsBefore("ifupdown", {
      files: [{ path: "/etc/network/interfaces", content: text, mode: "0644" }],
    });
    const own = contentOf(bridge, "/etc/network/interfaces");
    assert.ok(own.startsWith(text) && own.includes("iface br0 inet manual"));
    assert.match(own, /pre-up .*ip link add link eth0 name eth0\.7 type vlan id 7/);
    assert.deepEqual([plain.up, plain.down], [":", ":"]);
    assert.match(bridge.gone, /ip link delete eth0\.7/);
  });
});
