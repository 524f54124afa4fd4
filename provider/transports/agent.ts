import { BaseAgent, OpenSSHAgent, type ParsedKey, type SignCallback, type SigningRequestOptions, utils } from "ssh2";

/** A key that an ssh agent holds. */
export interface AgentKey {
  publicKey: Buffer;
  comment: string;
  /** An agent that has this key alone, so that each key is one attempt of its own. */
  agent: BaseAgent;
}

/**
 * The keys of the agent behind a socket. Keys of kinds that ssh2 can't offer (hardware keys, certificates) are left
 * out. Rejects where the agent does not answer.
 */
export function agentKeys(socket: string): Promise<AgentKey[]> {
  const agent = new OpenSSHAgent(socket);
  return new Promise((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error) {
        reject(error);
        return;
      }
      const parsed = (keys ?? []).flatMap((key) => {
        const result = utils.parseKey(key as unknown as Buffer);
        const first = Array.isArray(result) ? result[0] : result;
        return first === undefined || first instanceof Error ? [] : [first as ParsedKey];
      });
      resolve(
        parsed.map((key) => ({
          publicKey: key.getPublicSSH(),
          comment: String(key.comment ?? ""),
          agent: new OneKeyAgent(agent, key),
        })),
      );
    });
  });
}

class OneKeyAgent extends BaseAgent<ParsedKey> {
  constructor(
    private readonly agent: OpenSSHAgent,
    private readonly key: ParsedKey,
  ) {
    super();
  }

  getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    callback(undefined, [this.key]);
  }

  sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, callback?: SignCallback): void {
    if (typeof options === "function") this.agent.sign(key, data, options);
    else this.agent.sign(key, data, options, callback);
  }
}
