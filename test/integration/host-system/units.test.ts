import assert from "node:assert/strict";
import type { Holder, ServiceState } from "../../../provider/host-system/preparation/model";
import { holder, PreparedHost } from "./fixtures";

const service = (install: string, unit = "") =>
  `[Unit]\n${unit}\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\n${install}\n`;
const socket = (name: string, install = "WantedBy=sockets.target", unit = "") =>
  `[Unit]\n${unit}\n[Socket]\nListenStream=/run/winds/${name}\n[Install]\n${install}\n`;

/** Units that hang together in each way that systemd has, as libvirt's and others' do. */
const files: Record<string, string> = {
  "gale.service": service(
    "WantedBy=multi-user.target\nAlso=gale.socket\nAlso=gale-ro.socket squall.service\nAlias=wind.service",
    "Requires=gale.socket squall.socket\nWants=gale-ro.socket haze.service",
  ),
  "gale.socket": socket("gale"),
  "gale-ro.socket": `${socket("gale-ro", undefined, "BindsTo=gale.socket\nAfter=gale.socket")}[Socket]\nService=gale.service\n`,
  // Known by its sockets alone: systemd calls it indirect.
  "squall.service": service("Also=squall.socket", "Requires=squall.socket"),
  "squall.socket": socket("squall"),
  "haze.service": service("WantedBy=multi-user.target"),
  "calm.service": service("WantedBy=multi-user.target", "Conflicts=gale.service gale.socket"),
  // Each enables the other.
  "tied.service": service("WantedBy=multi-user.target\nAlso=tied.socket"),
  "tied.socket": socket("tied", "WantedBy=sockets.target\nAlso=tied.service"),
  "leaf@.service": service("WantedBy=multi-user.target\nDefaultInstance=oak\nAlso=haze.service"),
  "dew.service": service("WantedBy=multi-user.target"),
  "dew.timer": "[Timer]\nOnBootSec=90d\n[Install]\nWantedBy=timers.target\n",
};
const named = [...Object.keys(files).filter((name) => !name.includes("@")), "leaf@oak.service", "leaf@elm.service"];

/** As a person leaves them, each by the commands that bring it about. */
const states: Record<string, string> = {
  "nothing is on": "",
  "sockets alone": "systemctl -q enable --now gale.socket gale-ro.socket squall.socket",
  "one socket": "systemctl -q enable --now gale.socket",
  "sockets that are enabled and do not listen": "systemctl -q enable gale.socket gale-ro.socket",
  "all of it": "systemctl -q enable --now gale.service",
  "a service without its second socket":
    "systemctl -q enable --now gale.service; systemctl stop gale-ro.socket haze; systemctl -q disable gale-ro.socket",
  "its rival": "systemctl -q enable --now calm.service",
  "half of a pair": "systemctl -q enable tied.service; rm /etc/systemd/system/multi-user.target.wants/tied.service",
  "a link of a person's own": "systemctl -q add-wants timers.target gale.service; systemctl start haze.service",
  "until the next boot": "systemctl -q enable --runtime gale.service; systemctl start gale",
  "an instance and a timer": "systemctl -q enable --now leaf@oak.service dew.timer",
};
const wanted: Record<string, ServiceState>[] = [
  { gale: {} },
  { gale: { enabled: false, running: false } },
  { gale: { running: false }, "gale.socket": { enabled: false, running: false } },
  { "gale.socket": {}, calm: { enabled: false, running: false } },
  { calm: {}, "squall.socket": {} },
  { tied: { enabled: true, running: false } },
  { "tied.socket": {}, "leaf@elm": {}, dew: {} },
  { "leaf@oak": { enabled: false, running: false }, dew: { enabled: true, running: false } },
];

/** What a unit is, with each link that enables it. */
const look = [
  `for u in ${named.join(" ")}; do echo "$u $(systemctl is-enabled $u 2>/dev/null) $(systemctl is-active $u)"; done`,
  "find /etc/systemd/system /run/systemd/system -type l -printf '%p -> %l\\n' | sort",
  "find /etc/systemd/system -type d | sort",
].join("\n");

const unitFile = (path: string, content: string) => ({
  path: `/etc/systemd/system/${path}`,
  ...{ content, mode: "0644", owner: "root:root", adopt: false },
});

const isWanted = (state: Record<string, ServiceState>) =>
  Object.fromEntries(Object.entries(state).map(([name, one]) => [name, { enabled: true, running: true, ...one }]));

describe("units of a host", function () {
  this.timeout(300_000);
  let host: PreparedHost;

  before(async () => {
    host = await PreparedHost.open({ form: "bare" });
    for (const [name, text] of Object.entries(files))
      await host.text('printf "%s" "$2" > "/usr/lib/systemd/system/$1"', name, text);
    await host.text("systemctl daemon-reload");
  });
  after(() => host?.close());

  const clean = async () => {
    await host.release();
    await host.text(
      `systemctl stop ${named.join(" ")} 2>/dev/null; systemctl -q disable ${named.join(" ")} 2>/dev/null; systemctl -q disable --runtime ${named.join(" ")} 2>/dev/null; systemctl reset-failed`,
    );
  };

  /** Of the pairs of a state and a wish, those that have broken; with `WINDROSE_ALL_UNITS=1` each one, in 3 minutes. */
  const sample = [
    ["sockets alone", 0],
    ["its rival", 0],
    ["half of a pair", 5],
    ["a link of a person's own", 1],
    ["until the next boot", 1],
  ];
  const pairs = process.env.WINDROSE_ALL_UNITS
    ? Object.keys(states).flatMap((what) => wanted.map((_, index) => [what, index]))
    : sample;

  for (const [what, index] of pairs as [string, number][]) {
    const services = wanted[index]!;
    it(`are put back as they were, whatever a call touched: ${what}, then ${JSON.stringify(services)}`, async () => {
      await clean();
      await host.text(states[what]!);
      const was = await host.text(look);
      await host.apply({ services });
      assert.deepEqual((await host.read({ services })).services, isWanted(services));
      host.transport.commands = 0;
      await host.apply({ services });
      assert.equal(host.transport.commands, 1, "a second time nothing is to do");
      await host.release({ services });
      assert.equal(await host.text(look), was);
      assert.equal(await host.text("ls -d /var/lib/windrose 2>/dev/null || true"), "");
    });
  }

  it("that two stacks touch stay as the second wants them, and are as they were after both, in either order", async () => {
    const [one, two] = [holder("one"), holder("two")];
    const wishes = new Map<Holder, { services: Record<string, ServiceState> }>([
      [one, { services: { gale: {} } }],
      [two, { services: { "squall.socket": {}, haze: { enabled: false } } }],
    ]);
    for (const [first, last] of [
      [one, two],
      [two, one],
    ] as const) {
      await clean();
      const was = await host.text(look);
      await host.apply(wishes.get(one)!, one);
      await host.apply(wishes.get(two)!, two);
      await host.release(wishes.get(first)!, first);
      const { services } = wishes.get(last)!;
      assert.deepEqual((await host.read({ services }, last)).services, isWanted(services));
      await host.release(wishes.get(last)!, last);
      assert.equal(await host.text(look), was);
    }
  });

  it("that are a Host's own files begin with it, are read anew as they change, and leave nothing", async () => {
    await clean();
    const was = await host.text(look);
    const wish = (seconds: string) => ({
      services: { mist: {}, haze: {} },
      files: [
        unitFile("mist.service", `[Service]\nExecStart=/bin/sleep ${seconds}\n[Install]\nWantedBy=multi-user.target\n`),
        unitFile("haze.service.d/winds.conf", `[Unit]\nDescription=${seconds}\n`),
      ],
    });
    await host.apply(wish("1000"));
    assert.equal(await host.text("systemctl is-enabled mist; systemctl is-active mist"), "enabled\nactive");
    await host.apply(wish("2000"), undefined, { previous: wish("1000") });
    assert.equal(await host.text("systemctl show -p Description --value haze"), "2000");
    assert.equal(await host.text("systemctl show -p NeedDaemonReload --value mist"), "no");
    await host.release(wish("2000"));
    assert.equal(await host.text("systemctl show -p LoadState --value mist"), "not-found");
    assert.equal(await host.text("systemctl show -p Description --value haze"), "haze.service");
    assert.equal(await host.text(look), was);
  });

  it("that were stopped by a person come back with all that they had", async () => {
    await clean();
    await host.text(states["all of it"]!);
    const was = await host.text(look);
    const services = { gale: {} };
    await host.apply({ services });
    await host.text("systemctl disable -q gale; systemctl stop gale.socket gale-ro.socket gale");
    await host.apply({ services });
    await host.release({ services });
    assert.equal(await host.text(look), was);
  });
});

/** libvirt's daemons, one for each driver, beside the one for all that Debian has: each a program that waits. */
const daemons = ["virtqemud", "virtnetworkd", "virtstoraged", "virtnodedevd", "virtsecretd"];
const modular = daemons.flatMap((name) => [
  [
    `${name}.service`,
    service(
      `WantedBy=multi-user.target\nAlso=virtlogd.socket\nAlso=${name}.socket ${name}-ro.socket ${name}-admin.socket`,
      `Conflicts=libvirtd.service\nRequires=virtlogd.socket\nWants=${name}.socket ${name}-ro.socket ${name}-admin.socket`,
    ),
  ],
  [`${name}.socket`, socket(name)],
  ...["ro", "admin"].map((more) => [
    `${name}-${more}.socket`,
    `${socket(`${name}-${more}`, undefined, `BindsTo=${name}.socket\nAfter=${name}.socket`)}[Socket]\nService=${name}.service\n`,
  ]),
]) as [string, string][];

describe("a host with one daemon of libvirt for each driver", function () {
  this.timeout(300_000);
  let host: PreparedHost;

  before(async () => {
    host = await PreparedHost.open();
    for (const [name, text] of modular) await host.text('printf "%s" "$2" > "/usr/lib/systemd/system/$1"', name, text);
    await host.text(
      "systemctl daemon-reload; systemctl -q disable libvirtd; systemctl stop libvirtd libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket",
    );
  });
  after(() => host?.close());

  const auto = { packages: ["auto"] };
  const sockets = daemons.flatMap((name) => ["", "-ro", "-admin"].map((more) => `${name}${more}.socket`)).join(" ");
  const is = `for u in ${modular.map(([name]) => name).join(" ")} libvirtd.service libvirtd.socket virtlogd.socket virtlockd.socket; do echo "$u $(systemctl is-enabled $u) $(systemctl is-active $u)"; done; find /etc/systemd/system -type l | sort`;
  const right = async () => {
    const { services } = await host.read(auto);
    assert.ok(services.virtqemud && !services.libvirtd, JSON.stringify(services));
    for (const state of Object.values(services))
      assert.ok(!Object.values(state).includes(false), JSON.stringify(services));
  };

  for (const [what, command] of [
    ["by their sockets", `systemctl -q enable --now ${sockets}`],
    ["by their services", `systemctl -q enable --now ${daemons.join(" ")}`],
  ] as const)
    it(`keeps them, sees nothing amiss, and is as it was: enabled ${what}`, async () => {
      await host.text(
        `systemctl -q disable ${sockets} ${daemons.join(" ")}; systemctl stop ${sockets} ${daemons.join(" ")}; ${command}`,
      );
      const was = await host.text(is);
      await host.apply(auto);
      await right();
      host.transport.commands = 0;
      await host.apply(auto);
      assert.equal(host.transport.commands, 1, "a second time nothing is to do");
      if (!what.endsWith("services")) {
        await host.text("systemctl -q disable virtqemud.socket virtnetworkd.socket");
        assert.equal((await host.read(auto)).services.virtqemud!.enabled, false, "a drift is seen");
      }
      await host.apply(auto);
      await right();
      await host.release(auto);
      assert.equal(await host.text(is), was);
    });
});
