import assert from "node:assert/strict";
import { dirname } from "node:path";
import { nothingWanted, type WantedPreparation } from "../../../provider/host-system/preparation/model";
import { lockFile } from "../../../provider/host-system/preparation/script";
import { until } from "../../lab/index.js";
import { differences, type HostSnapshot, snapshotOfHost } from "../../lab/snapshot-of-host.js";
import { hasCode } from "../libvirt/host-fixtures";
import { type Death, holder, PreparedHost, standInForModules } from "./fixtures";

/** All that a bare host can be prepared with, without any package. */
const everything: Partial<WantedPreparation> = {
  services: { nftables: { enabled: true, running: true } },
  users: { windy: ["kvm", "audio"] },
  sysctl: {
    "net.ipv4.ip_forward": "1",
    "net.ipv6.conf.all.forwarding": "1",
    "net.ipv4.ip_local_port_range": "20000 60000",
  },
  modules: ["bridge"],
  firewall: [
    { bridge: "kvmbr0", subnets: ["172.17.2.0/24", "fd00:17:2::/64"], masquerade: true },
    { bridge: "kvmbr1", subnets: ["172.17.3.0/24"], masquerade: false },
  ],
  files: [
    { path: "/etc/winds/boreas/motd", content: "north\n'\"$(id)\\\n", mode: "0640", owner: "root:adm", adopt: false },
    { path: "/etc/issue.net", content: "ours\n", mode: "0600", owner: "root:root", adopt: true },
  ],
};

describe("a host that is prepared", function () {
  this.timeout(120_000);
  let host: PreparedHost;
  let bare: HostSnapshot;

  before(async () => {
    host = await PreparedHost.open({ form: "bare" });
    await host.host.exec(["groupadd", "-f", "kvm"]);
    // Once in a boot: what nft and the kernel load by themselves at their first use.
    await host.text(
      "nft list ruleset; systemctl start nftables; systemctl stop nftables; gpasswd -a windy kvm; gpasswd -d windy kvm",
    );
    await host.text(standInForModules);
    bare = await snapshotOfHost(host.host);
  });
  after(() => host?.close());

  const asBefore = async () => assert.deepEqual(differences(bare, await snapshotOfHost(host.host)), []);
  const standsAsAsked = async (wanted = everything, who?: ReturnType<typeof holder>) => {
    const real = await host.read(wanted, who);
    for (const name of ["users", "sysctl", "modules", "firewall", "settings", "apparmorPaths"] as const)
      assert.deepEqual(real[name], wanted[name] ?? (Array.isArray(real[name]) ? [] : {}), name);
    assert.deepEqual(
      real.files,
      (wanted.files ?? []).map(({ adopt: _, ...file }) => file),
    );
    assert.deepEqual(real.missingPackages, []);
    for (const [name, state] of Object.entries(wanted.services ?? {})) assert.deepEqual(real.services[name], state);
  };

  it("gets all that is asked for by two commands, and nothing the second time by one", async () => {
    host.transport.commands = 0;
    assert.deepEqual(await host.apply(everything), []);
    assert.equal(host.transport.commands, 2);
    host.transport.commands = 0;
    await standsAsAsked();
    assert.equal(host.transport.commands, 1, "a look is one command");
    await host.apply(everything);
    assert.equal(host.transport.commands, 2, "nothing is changed where all is as asked");
    assert.equal(await host.text("cat /proc/sys/net/ipv4/ip_forward"), "1");
    assert.match(await host.text("cat /etc/sysctl.d/90-windrose.conf"), /net\.ipv4\.ip_forward = 1/);
    assert.equal(await host.text("stat -c '%a %U:%G' /etc/winds/boreas/motd"), "640 root:adm");
    assert.match(await host.text("id -nG windy"), /audio.*kvm|kvm.*audio/);
    assert.match(
      await host.text("nft list table inet windrose"),
      /iifname "kvmbr0" oifname != "kvmbr0" ip saddr != 172\.17\.2\.0\/24 drop/,
    );
    assert.equal(await host.text("stat -c '%a %U' /var/lib/windrose /var/lib/windrose/claims | sort -u"), "700 root");
  });

  it("is as it was when all is taken back, by what the state knows or by the claims alone", async () => {
    await host.release(everything);
    await asBefore();
    await host.apply(everything);
    await host.release();
    await asBefore();
  });

  it("sees each drift, of the moment and of the next boot, and mends it", async () => {
    const drifts: [string, string, (real: Awaited<ReturnType<PreparedHost["read"]>>) => unknown, unknown][] = [
      ["a value", "echo 0 > /proc/sys/net/ipv4/ip_forward", (real) => real.sysctl["net.ipv4.ip_forward"], "0"],
      [
        "a file of parameters",
        "rm /etc/sysctl.d/90-windrose.conf",
        (real) => real.sysctl["net.ipv4.ip_forward"],
        "1, and not after a reboot",
      ],
      ["a module", "modprobe -r -- bridge", (real) => real.modules, []],
      ["a file of modules", "echo other >> /etc/modules-load.d/windrose.conf", (real) => real.modules, []],
      ["a group", "gpasswd -d windy audio", (real) => real.users.windy, ["kvm"]],
      ["a service that is off", "systemctl stop nftables", (real) => real.services.nftables!.running, false],
      [
        "a service that is not enabled",
        "systemctl -q disable nftables",
        (real) => real.services.nftables!.enabled,
        false,
      ],
      ["a rule", "nft flush chain inet windrose forward", (real) => real.firewall, []],
      ["one rule more", "nft add rule inet windrose forward accept", (real) => real.firewall, []],
      ["a table", "nft delete table inet windrose", (real) => real.firewall, []],
      ["the firewall's unit", "systemctl -q disable windrose-firewall", (real) => real.firewall, []],
      ["the firewall's file", "echo >> /etc/windrose/firewall.nft", (real) => real.firewall, []],
      ["a content", "echo south > /etc/winds/boreas/motd", (real) => real.files[0]?.content, "south\n"],
      ["a mode", "chmod 600 /etc/winds/boreas/motd", (real) => real.files[0]?.mode, "0600"],
      ["an owner", "chown windy /etc/winds/boreas/motd", (real) => real.files[0]?.owner, "windy:adm"],
      ["no file", "rm /etc/winds/boreas/motd", (real) => real.files.map((file) => file.path), ["/etc/issue.net"]],
      ["a lost claim", "rm /var/lib/windrose/claims/member-windy-kvm-*", (real) => real.users.windy, ["audio"]],
    ];
    await host.apply(everything);
    for (const [what, change, of, shown] of drifts) {
      await host.text(change);
      assert.deepEqual(of(await host.read(everything)), shown, what);
      assert.deepEqual(await host.apply(everything), [], what);
      await standsAsAsked();
    }
    await host.release(everything);
    // The claim that was lost took with it what was there before: windy is still in kvm.
    await host.text("gpasswd -d windy kvm");
    await asBefore();
  });

  it("is shared: the last one takes back, the first one nothing", async () => {
    const [one, two] = [holder("one"), holder("two")];
    const sysctl = { "net.ipv4.ip_forward": "1" };
    const wide = { bridge: "kvmbr0", subnets: ["172.17.0.0/16"], masquerade: false };
    const narrow = { bridge: "kvmbr0", subnets: ["172.17.2.0/24"], masquerade: false };
    const [first, second] = [
      { sysctl, firewall: [narrow], files: [everything.files![0]!] },
      { sysctl, firewall: [wide], files: [everything.files![0]!], users: { windy: ["kvm"] } },
    ];
    await Promise.all([host.apply(first, one), (await host.again()).apply(second, two)]);
    await standsAsAsked(first, one);
    await standsAsAsked(second, two);
    await host.release(first, one);
    await standsAsAsked(second, two);
    assert.equal(await host.text("cat /proc/sys/net/ipv4/ip_forward"), "1");
    assert.doesNotMatch(await host.text("nft list table inet windrose"), /172\.17\.2\.0/);
    // A second release of the same is no error, and changes nothing.
    await host.release(first, one);
    await standsAsAsked(second, two);
    await host.release(second, two);
    await asBefore();
  });

  it("refuses another value of what is shared, with the other's name, before anything is changed", async () => {
    const [one, two] = [holder("one"), holder("two")];
    await host.apply({ sysctl: { "net.ipv4.ip_forward": "1" } }, one);
    const wanted = { users: { windy: ["kvm"] }, sysctl: { "net.ipv4.ip_forward": "0" } };
    await assert.rejects(host.apply(wanted, two), (error: Error & { code: string }) => {
      assert.equal(error.code, "in-use");
      assert.match(error.message, /winds\/one \(anemoi\)/);
      return true;
    });
    assert.doesNotMatch(await host.text("id -nG windy"), /kvm/);
    await host.release({}, one);
    await asBefore();
  });

  it("lets somebody else's later change stand, and says so", async () => {
    await host.apply(everything);
    await host.text("echo 30000 50000 > /proc/sys/net/ipv4/ip_local_port_range; echo theirs > /etc/winds/boreas/motd");
    const left = await host.release(everything);
    assert.equal(left.length, 2, left.join());
    assert.match(left.join(), /ip_local_port_range is left as it is: now 30000 50000/);
    assert.match(left.join(), /\/etc\/winds\/boreas\/motd is left as it is/);
    await host.text("echo 32768 60999 > /proc/sys/net/ipv4/ip_local_port_range; rm -r /etc/winds");
    await asBefore();
  });

  it("takes back what is no longer asked for, and goes over to a new value", async () => {
    await host.apply({ ...everything, sysctl: { "net.ipv4.ip_local_port_range": "20000 60000" } });
    const later = { users: { windy: ["audio"] }, sysctl: { "net.ipv4.ip_local_port_range": "10000 60000" } };
    await host.apply(later, undefined, { previous: everything });
    assert.equal(await host.text("ls /var/lib/windrose/claims | wc -l"), "2");
    assert.equal(
      await host.text(
        "ls -d /etc/windrose /etc/winds 2>/dev/null; id -nG windy; cat /etc/sysctl.d/90-windrose.conf | tail -1",
      ),
      "windy audio\nnet.ipv4.ip_local_port_range = 10000 60000",
    );
    await host.release(later);
    await asBefore();
  });

  it("refuses a file that is there and not ours, unless it is adopted; and symbolic links", async () => {
    const file = { path: "/etc/issue", content: "ours", mode: "0644", owner: "root:root", adopt: false };
    await assert.rejects(host.apply({ files: [file] }), hasCode("already-exists"));
    await host.text("ln -s /etc/passwd /etc/tempting");
    await assert.rejects(
      host.apply({ files: [{ ...file, path: "/etc/tempting", adopt: true }] }),
      hasCode("already-exists"),
    );
    await host.text("rm /etc/tempting");
    await asBefore();
  });

  it("loses no rule to a restart or a reload of nftables, and touches none of others", async () => {
    await host.text(
      "systemctl start nftables; nft add table ip docker; nft add chain ip docker fence '{ type filter hook forward priority 0; policy drop; }'",
    );
    const warnings = await host.apply({ firewall: everything.firewall! });
    assert.match(warnings.join(), /the table ip docker on the host may drop/);
    assert.match(await host.text("nft list ruleset"), /table ip docker/);
    for (const verb of ["restart", "reload", "stop", "start"]) {
      await host.text(`systemctl ${verb} nftables`);
      const listed = () => host.text("nft list table inet windrose 2>/dev/null || true");
      if (verb !== "stop") await until(`the table after ${verb}`, async () => /kvmbr0/.test(await listed()));
    }
    await host.text("nft add table ip docker");
    await host.release({ firewall: everything.firewall! });
    assert.equal(await host.text("nft list tables"), "table inet filter\ntable ip docker");
    await host.text("nft delete table ip docker; systemctl stop nftables");
    await asBefore();
  });

  /** A creation under a lineage that nobody knows any more, then one that knows nothing of it, then all taken back. */
  const goesOnAfter = async (death: (dead: ReturnType<typeof holder>) => Promise<void>) => {
    const dead = holder("dev");
    await death(dead);
    const next = holder("dev");
    await host.apply(everything, next, { creating: true });
    await standsAsAsked(everything, next);
    assert.ok(
      !(await host.text("cat /var/lib/windrose/claims/*")).includes(dead.lineage),
      "the dead one holds nothing",
    );
    await host.release({}, next);
    assert.equal(await host.text("find /var/lib/windrose /etc/windrose /etc/winds 2>/dev/null || true"), "");
  };
  /** How many lines for people a change of everything prints, and how many claims it writes. */
  const sizeOfChange = async () => {
    const lines: string[] = [];
    await host.apply(everything, undefined, { progress: (text) => lines.push(text) });
    const claims = Number(await host.text("ls /var/lib/windrose/claims | wc -l"));
    await host.release(everything);
    assert.ok(lines.length >= 8, lines.join());
    return { lines: lines.length, claims };
  };

  it("is finished by the next run wherever the one before was cut off", async function () {
    this.timeout(400_000);
    const { lines } = await sizeOfChange();
    for (let line = 1; line <= lines; line += 2)
      await goesOnAfter(async (dead) => {
        const dying = await host.again();
        const cut = new AbortController();
        let seen = 0;
        // The connection goes, and the script runs on.
        const progress = () => {
          if (++seen === line) cut.abort();
        };
        await assert.rejects(dying.apply(everything, dead, { creating: true, signal: cut.signal, progress }));
        await dying.transport.close();
      });
    await asBefore();
  });

  it("is finished by the next run wherever the one before was killed", async function () {
    this.timeout(400_000);
    const { lines, claims } = await sizeOfChange();
    const deaths: Death[] = [
      ...Array.from({ length: Math.floor(lines / 2) }, (_, index): Death => ({ at: "line", nth: 2 * index + 2 })),
      // What tells of the creation, the first claim and the last one, and each of the six files of a change.
      ...[1, 2, claims + 1].map((nth): Death => ({ at: "file begun", nth })),
      ...[1, 2, claims + 1].map((nth): Death => ({ at: "file in place", nth })),
      ...[2, 3, 4, 5, 6, 7].map((nth): Death => ({ at: "file in place", nth: claims + nth })),
    ];
    for (const death of deaths)
      await goesOnAfter(async (dead) => {
        const dying = await host.again();
        dying.transport.death = death;
        const died = dying.apply(everything, dead, { creating: true });
        await assert.rejects(died, /137|SIGKILL/, `${death.at} ${death.nth}`);
        await dying.transport.close();
      });
    await asBefore();
  });

  it("works for a user with sudo, and says what another lacks", async () => {
    const windy = await host.again("windy");
    await windy.apply({ sysctl: { "net.ipv4.ip_forward": "1" } });
    await windy.release();
    await host.text(
      "useradd -m breeze; mkdir -p /home/breeze/.ssh; cp /home/windy/.ssh/authorized_keys /home/breeze/.ssh/ 2>/dev/null || cp /root/.ssh/authorized_keys /home/breeze/.ssh/; chown -R breeze /home/breeze/.ssh",
    );
    const breeze = await host.again("breeze");
    await assert.rejects(breeze.apply({ sysctl: { "net.ipv4.ip_forward": "1" } }), hasCode("sudo-password"));
    await Promise.all([windy.transport.close(), breeze.transport.close()]);
    // Its session on the host ends a little later.
    const gone = () => host.text("userdel -r breeze >/dev/null 2>&1; getent passwd breeze || true");
    await until("the user to be gone", async () => (await gone()) === "");
    await asBefore();
  });

  it("says who holds the lock when the wait for it is over", async () => {
    await host.text(
      [
        `mkdir -p -m 0700 ${dirname(lockFile)}`,
        `(flock 9; echo 'winds/other, since 12:00:00 UTC' >&9; exec sleep 60) 9> ${lockFile} > /dev/null 2>&1 & echo $! > /run/holder`,
        `for i in $(seq 300); do [ ! -s ${lockFile} ] || exit 0; sleep 0.1; done; exit 1`,
      ].join("\n"),
    );
    const short = host.system.preparation.apply(
      {
        wanted: { ...nothingWanted, sysctl: { "net.ipv4.ip_forward": "1" } },
        holder: holder("dev"),
        system: host.facts,
        removePackages: false,
        creating: false,
      },
      { progress: () => {}, deadline: Date.now() + 10_000 },
    );
    await assert.rejects(short, (error: Error) =>
      /prepared by another: winds\/other, since 12:00:00 UTC/.test(error.message),
    );
    await host.text(`kill $(cat /run/holder); rm -f ${lockFile} /run/holder`);
    await host.release();
    await asBefore();
  });

  it("would be seen to be otherwise: the comparison has eyes for each kind of remains", async () => {
    await host.text(
      "touch /etc/left; chmod 600 /etc/issue; ip link add left0 type bridge; nft add table ip left; echo 5 > /proc/sys/net/ipv4/conf/all/log_martians; systemctl -q mask left.service",
    );
    const seen = differences(bare, await snapshotOfHost(host.host)).join("\n");
    await host.text(
      "rm /etc/left; chmod 644 /etc/issue; ip link del left0; nft delete table ip left; echo 0 > /proc/sys/net/ipv4/conf/all/log_martians; systemctl -q unmask left.service",
    );
    for (const what of [
      /files: \/etc\/left/,
      /files: \/etc\/issue/,
      /links: .*left0/,
      /rules: /,
      /log_martians/,
      /units: left\.service/,
    ])
      assert.match(seen, what);
    await asBefore();
  });
});
