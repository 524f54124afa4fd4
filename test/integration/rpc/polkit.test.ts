import assert from "node:assert/strict";
import { openLibvirt } from "../../../provider/drivers/libvirt/rpc";
import { SshTransport } from "../../../provider/transports/ssh";
import { currentLab, type LabHost } from "../../lab";

const rule = `polkit.addRule(function (action, subject) {
  if (action.id == "org.libvirt.unix.manage" && subject.user == "friend") return polkit.Result.YES;
});`;

/** A daemon that asks polkit who may manage it, as many distributions have it; Debian's own socket asks nobody. */
describe("the RPC where the daemon asks polkit", function () {
  this.timeout(120_000);
  let host: LabHost;
  const transports: SshTransport[] = [];

  before(async function () {
    this.timeout(300_000);
    host = await (await currentLab()).host({ name: "polkit" });
    await host.exec([
      "sh",
      "-c",
      [
        "set -e",
        `printf 'auth_unix_rw = "polkit"\\nunix_sock_rw_perms = "0777"\\n' >> /etc/libvirt/libvirtd.conf`,
        "mkdir -p /etc/systemd/system/libvirtd.socket.d",
        "printf '[Socket]\\nSocketMode=0777\\n' > /etc/systemd/system/libvirtd.socket.d/mode.conf",
        "systemctl daemon-reload",
        "systemctl stop libvirtd.service libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket",
        "systemctl start libvirtd.socket libvirtd.service",
        "for user in friend stranger; do",
        "  useradd --create-home $user",
        "  cp -r /home/windy/.ssh /home/$user/.ssh",
        "  chown -R $user: /home/$user/.ssh",
        "done",
        `cat > /etc/polkit-1/rules.d/10-friend.rules <<'END'\n${rule}\nEND`,
      ].join("\n"),
    ]);
  });

  after(async () => {
    await Promise.all(transports.map((transport) => transport.close()));
    await host?.destroy();
  });

  function reach(user: string): SshTransport {
    const transport = new SshTransport({
      address: host.address,
      port: host.sshPort,
      user,
      identityFile: host.privateKeyPath,
      hostKey: host.hostKey,
      agent: false,
      sshConfig: false,
    });
    transports.push(transport);
    return transport;
  }

  for (const [user, why] of [
    ["windy", "the group libvirt"],
    ["friend", "a rule of the host"],
  ] as const) {
    it(`is let in by ${why}`, async () => {
      const client = await openLibvirt(reach(user));
      assert.equal((await client.call("CONNECT_GET_TYPE")).type, "QEMU");
      await client.close();
    });
  }

  it("is told how to go on where polkit refuses a stranger", async () => {
    await assert.rejects(openLibvirt(reach("stranger")), {
      code: "permission-denied",
      message: /polkit.*libvirt group/s,
    });
  });
});
