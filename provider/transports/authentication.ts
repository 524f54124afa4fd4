import type { AnyAuthMethod, AuthenticationType, ParsedKey } from "ssh2";
import { WindroseError } from "../basics/errors";
import { type AgentKey, agentKeys } from "./agent";
import { fingerprint } from "./host-key";
import { type LoadedKey, loadKey, loadKeyFile, unreadable } from "./keys";
import type { HostSettings } from "./ssh-config";
import type { SshConnection } from "./transport";

/** One thing to try: a key or a password. */
interface Attempt {
  /** For messages: path and fingerprint, never more. */
  label: string;
  /** The method of the protocol that it belongs to (RFC 4252). */
  method: "publickey" | "password" | "keyboard-interactive";
  auth(user: string): AnyAuthMethod;
}

type Next = AnyAuthMethod | false;

/**
 * Proves to a server who the user is, in this order: the connection's key, its key file, the key files of the
 * configuration, the agent's keys, the default key files, the password. A key that the agent holds as well is used
 * through the agent. The user's name alone comes first, as in OpenSSH: it tells which methods the server takes.
 */
export class Authentication {
  private readonly queue: Attempt[];
  private readonly tried: string[] = [];
  private offered: string[] = [];
  private started = false;

  private constructor(
    private readonly settings: HostSettings,
    attempts: Attempt[],
    private readonly notes: string[],
  ) {
    this.queue = [...attempts];
  }

  /** Errors: `key-unreadable` for the connection's own key or key file. */
  static async prepare(settings: HostSettings, connection: SshConnection): Promise<Authentication> {
    const notes: string[] = [];
    const attempts: Attempt[] = [];
    const seen = new Set<string>();
    const add = (key: Buffer, attempt: Attempt) => {
      const id = key.toString("base64");
      if (seen.has(id)) return;
      seen.add(id);
      attempts.push(attempt);
    };
    const { agent } = settings;
    const held =
      agent === undefined
        ? []
        : await agentKeys(agent).catch(() => {
            notes.push(`the agent at ${agent} does not answer`);
            return [];
          });
    const listed = new Set<string>();

    if (connection.privateKey !== undefined) {
      const key = loadKey(connection.privateKey, connection.passphrase);
      if (!key.privateKey) throw unreadable("`privateKey` of the connection", key.problem);
      add(key.publicKey!, withKey("privateKey", key.privateKey));
    }
    const files = await Promise.all(
      settings.identityFiles.map(async (file) => ({
        ...file,
        key: await loadKeyFile(file.path, connection.passphrase),
      })),
    );
    const offer = (path: string, explicit: boolean, key: LoadedKey) => {
      const inAgent = held.find(({ publicKey }) => key.publicKey?.equals(publicKey));
      if (inAgent) add(inAgent.publicKey, withAgent(inAgent, path));
      else if (key.privateKey) add(key.publicKey!, withKey(path, key.privateKey));
      else if (explicit) throw unreadable(path, key.problem);
      else if (key.problem !== "does not exist") notes.push(`${path} ${key.problem}`);
    };
    for (const { path, origin, key } of files) {
      if (key.publicKey) listed.add(key.publicKey.toString("base64"));
      if (origin !== "default") offer(path, origin === "explicit", key);
    }
    for (const key of held) {
      if (settings.identitiesOnly && !listed.has(key.publicKey.toString("base64"))) continue;
      add(key.publicKey, withAgent(key, key.comment || "agent"));
    }
    for (const { path, origin, key } of files) if (origin === "default") offer(path, false, key);

    const { password } = connection;
    if (password !== undefined) attempts.push(...withPassword(password));
    return new Authentication(settings, attempts, notes);
  }

  /** ssh2's `authHandler`: the next thing to try, or false where nothing is left. */
  next(methods: AuthenticationType[] | null): Next {
    if (!this.started) {
      this.started = true;
      return { type: "none", username: this.settings.user };
    }
    if (methods) this.offered = methods;
    for (let attempt = this.queue.shift(); attempt; attempt = this.queue.shift()) {
      if (!this.offered.includes(attempt.method)) continue;
      this.tried.push(attempt.label);
      return attempt.auth(this.settings.user);
    }
    return false;
  }

  /** `detail`: what the server said when it gave up. */
  failure(name: string, detail?: string): WindroseError {
    const tried = this.tried.length === 0 ? "nothing could be tried" : `tried ${this.tried.join(", ")}`;
    const takes = this.offered.length === 0 ? "" : `; the server takes ${this.offered.join(", ")}`;
    const notes = this.notes.length === 0 ? "" : `; ${this.notes.join("; ")}`;
    const said = detail === undefined ? "" : `; it said: ${detail}`;
    return new WindroseError(
      "authentication-failed",
      `${name} refused ${this.settings.user}: ${tried}${takes}${notes}${said}`,
    );
  }
}

function withKey(source: string, key: ParsedKey): Attempt {
  return {
    label: `key ${source} (${fingerprint(key.getPublicSSH())})`,
    method: "publickey",
    auth: (username) => ({ type: "publickey", username, key }) as unknown as AnyAuthMethod,
  };
}

function withAgent({ agent, publicKey }: AgentKey, source: string): Attempt {
  return {
    label: `key ${source} of the agent (${fingerprint(publicKey)})`,
    method: "publickey",
    auth: (username) => ({ type: "agent", username, agent }),
  };
}

function withPassword(password: string): Attempt[] {
  return [
    { label: "password", method: "password", auth: (username) => ({ type: "password", username, password }) },
    {
      label: "password (keyboard-interactive)",
      method: "keyboard-interactive",
      auth: (username) => ({
        type: "keyboard-interactive",
        username,
        // A prompt that echoes is not one for a password.
        prompt: (_name, _instructions, _language, prompts, finish) =>
          finish(prompts.map(({ echo }) => (echo ? "" : password))),
      }),
    },
  ];
}
