import { homedir, hostname, userInfo } from "node:os";
import { WindroseError } from "../basics/errors";

export interface Tokens {
  /** As given by the user. */
  host: string;
  hostName: string;
  port: number;
  user: string;
  hostKeyAlias?: string;
}

/** As OpenSSH finds it: from the user database, whatever HOME says. */
function home(): string {
  try {
    return userInfo().homedir;
  } catch {
    return homedir();
  }
}

export function localUser(): string {
  try {
    return userInfo().username;
  } catch {
    throw new WindroseError("invalid-input", "This process's user has no name", {
      hint: "Set `user` in the connection.",
    });
  }
}

export function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? home() + path.slice(1) : path;
}

/** The tokens and variables of ssh_config(5), "TOKENS" and "ENVIRONMENT VARIABLES", without `%C`, `%f` and their like. */
export function expandTokens(text: string, tokens: Tokens): string {
  const values: Record<string, () => string> = {
    "%": () => "%",
    d: home,
    h: () => tokens.hostName,
    i: () => String(process.getuid?.() ?? 0),
    k: () => tokens.hostKeyAlias ?? tokens.host,
    L: () => hostname().split(".")[0] as string,
    l: hostname,
    n: () => tokens.host,
    p: () => String(tokens.port),
    r: () => tokens.user,
    u: localUser,
  };
  const refuse = (what: string): never => {
    throw new WindroseError("ssh-config", `${what} in ${text} is not supported`);
  };
  return expandHome(text)
    .replace(/%(.?)/g, (whole, letter: string) => (values[letter] ?? (() => refuse(whole)))())
    .replace(/\$\{([^}]*)\}/g, (whole, name: string) => process.env[name] ?? refuse(whole));
}
