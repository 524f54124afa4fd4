import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { Duplex } from "node:stream";
import type { Dialer } from "../../../provider/drivers/libvirt/rpc";
import { currentLab, type LabHost } from "../../lab";

/** libvirt's daemon on a host of the lab, reached by its sockets themselves, with no transport between. */
export class HostDaemon {
  private constructor(private readonly host: LabHost) {}

  static async start(name: string): Promise<HostDaemon> {
    return new HostDaemon(await (await currentLab()).startHost({ name }));
  }

  /** Reaches the daemon's sockets by their usual names, and runs commands beside it. */
  readonly dialer: Dialer = {
    description: "the host's daemon",
    connectUnix: async (path) => {
      const socket = connect(this.host.inside(path));
      await once(socket, "connect");
      return socket;
    },
    connectCommand: async ([program, ...args]) => {
      const enter = ["--target", String(this.host.leader), "--mount", "--net", "--pid", "--root", "--wd", "--"];
      const child = spawn("nsenter", [...enter, program!, ...args], { stdio: ["pipe", "pipe", "ignore"] });
      const stream: Duplex = Duplex.from({ readable: child.stdout, writable: child.stdin });
      stream.once("close", () => child.kill());
      return stream;
    },
  };

  async virsh(...args: string[]): Promise<string> {
    return (await this.inside("virsh", "-q", ...args)).stdout.trimEnd();
  }

  inside(...argv: string[]): Promise<{ stdout: string }> {
    return this.host.exec(argv);
  }

  stop(): Promise<void> {
    return this.host.destroy();
  }
}
