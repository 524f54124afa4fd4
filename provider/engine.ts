import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engineProto from "@pulumi/pulumi/proto/engine_pb";

/**
 * The way back to the engine, from inside the provider process: live status lines, lasting messages, and word that the
 * engine is gone. The process's first argument is the engine's address (sdk/nodejs/cmd/dynamic-provider, `main`).
 */
export class Engine {
  private readonly client: EngineClient | undefined;

  constructor(address: string | undefined = process.argv[2]) {
    if (!address || !/^[\w.[\]:-]+:\d+$/.test(address)) return;
    this.client = new EngineClient(address, grpc.credentials.createInsecure(), {
      "grpc.max_receive_message_length": 400 * 1024 * 1024,
      // The channel must stay connected for its end to be seen.
      "grpc.client_idle_timeout_ms": 2 ** 31 - 1,
    });
  }

  /** `ephemeral`: the resource's status line; else a lasting diagnostic on it. */
  log(severity: "info" | "warning" | "error", urn: string, message: string, ephemeral = false): void {
    if (!this.client) return;
    const request = new engineProto.LogRequest();
    const severities = engineProto.LogSeverity;
    request.setSeverity(
      severity === "info" ? severities.INFO : severity === "warning" ? severities.WARNING : severities.ERROR,
    );
    request.setMessage(message);
    request.setUrn(urn);
    request.setEphemeral(ephemeral);
    this.client.log(request, new grpc.Metadata(), { deadline: Date.now() + 5000 }, () => {});
  }

  /** Calls back once, when the engine has gone for good: its end of the channel is closed and a new one can't be had. */
  onGone(gone: () => void): void {
    const client = this.client;
    if (!client) return;
    const watch = () => {
      const channel = client.getChannel();
      const state = channel.getConnectivityState(true);
      if (state === grpc.connectivityState.TRANSIENT_FAILURE || state === grpc.connectivityState.SHUTDOWN)
        return gone();
      channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, watch);
    };
    client.waitForReady(Date.now() + 20_000, (error) => (error ? gone() : watch()));
  }
}
