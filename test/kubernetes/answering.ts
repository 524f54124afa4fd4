import { setTimeout as delay } from "node:timers/promises";
import type { LabHost } from "../lab";

/** What somebody outside has seen of a service meanwhile. */
export interface Seen {
  readonly answers: number;
  readonly failures: readonly string[];
  /** Names of the pods that answered. */
  readonly by: readonly string[];
}

/** Asks a service again and again from the host, by turns at each of some nodes. A slow answer is one, none is a failure. */
export function askAllTheWhile(host: LabHost, addresses: readonly string[], port: number): { stop(): Promise<Seen> } {
  const [failures, by] = [[] as string[], new Set<string>()];
  let [answers, stopped] = [0, false];
  const ask = async (address: string) => {
    const asked = ["curl", "-sS", "--fail", "--max-time", "45", `http://${address}:${port}/`];
    const { code, stdout, stderr } = await host.exec(asked, { check: false, timeout: 60_000 });
    if (code !== 0) failures.push(`${new Date().toISOString()} ${address}: ${stderr.trim()}`);
    else {
      answers++;
      by.add(stdout.trim());
    }
  };
  const asking = (async () => {
    for (let turn = 0; !stopped; turn++) {
      await ask(addresses[turn % addresses.length]!);
      await delay(1000);
    }
  })();
  return {
    async stop() {
      stopped = true;
      await asking;
      return { answers, failures, by: [...by] };
    },
  };
}
