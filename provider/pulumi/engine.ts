import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineProto from "@pulumi/pulumi/proto/engine_pb";

/** Milliseconds between two status lines of one resource. */
const statusInterval = 250;

const severities = {
  info: engineProto.LogSeverity.INFO,
  warning: engineProto.LogSeverity.WARNING,
  error: engineProto.LogSeverity.ERROR,
} as const;

/**
 * The way back to the engine, from inside the provider process: live status lines, lasting messages, and word that the
 * engine is gone. The process's first argument is the engine's address (sdk/nodejs/cmd/dynamic-provider, `main`).
 */
export class Engine {
  private readonly client: EngineClient | undefined;
  /** Messages go one after the other, or the engine would show them in any order. */
  private queue: Promise<void> = Promise.resolve();
  /** The newest status of each resource that has not been sent yet. */
  private readonly statuses = new Map<string, string>();
  private readonly told = new Map<string, number>();

  constructor(address: string | undefined = process.argv[2]) {
    if (!address || !/^[\w.[\]:-]+:\d+$/.test(address)) return;
    this.client = new EngineClient(address, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": 400 * 1024 * 1024,
      // The channel must stay connected for its end to be seen.
      "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
    });
  }

  /** A lasting diagnostic on the resource. */
  log(severity: "info" | "warning" | "error", urn: string, message: string): void {
    this.queue = this.queue.then(() => this.send(severity, urn, message, false));
  }

  /** The resource's status line. Of what comes faster than a display shows it, the newest is sent. */
  status(urn: string, message: string): void {
    const waiting = this.statuses.has(urn);
    this.statuses.set(urn, message);
    if (waiting) return;
    const rest = (this.told.get(urn) ?? 0) + statusInterval - Date.now();
    const tell = () => {
      const newest = this.statuses.get(urn) ?? message;
      this.statuses.delete(urn);
      this.told.set(urn, Date.now());
      this.queue = this.queue.then(() => this.send("info", urn, newest, true));
    };
    if (rest <= 0) tell();
    else setTimeout(tell, rest).unref();
  }

  private send(
    severity: "info" | "warning" | "error",
    urn: string,
    message: string,
    ephemeral: boolean,
  ): Promise<void> {
    const { client } = this;
    if (!client) return Promise.resolve();
    const request = new engineProto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    const deadline = { deadline: Date.now() + 5000 };
    return new Promise((resolve) => client.log(request, new grpc.Metadata(), deadline, () => resolve()));
  }

  /**
   * Calls back once, when the engine has gone for good: its end of the channel is closed, and a new one can't be had. It
   * listens on this machine, so a refusal is the answer and no delay.
   */
  onGone(gone: () => void): void {
    const { client } = this;
    if (!client) return;
    const channel = client.getChannel();
    const watch = () => {
      const state = channel.getConnectivityState(true);
      if (state === grpc.connectivityState.TRANSIENT_FAILURE || state === grpc.connectivityState.SHUTDOWN) gone();
      else channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
    };
    watch();
  }
}
