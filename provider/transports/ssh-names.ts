import { bracketed } from "../basics/addresses";
import { WindroseError } from "../basics/errors";

/** One host of a ProxyJump. */
export interface JumpHost {
  host: string;
  port?: number;
  user?: string;
}

/** What can't be in the name of a host or a user: what a shell, an option or a URI could be made of. */
const forbidden = /[\s'"`$\\;&<>|(){}\p{Cc}]/u;

/** Throws `invalid-input` for what can't be the name or address of a host (one that `ssh` would take for an option). */
export function checkHostName(name: string): void {
  if (name === "" || name.length > 255 || name.startsWith("-") || forbidden.test(name) || /[@/,]/.test(name)) {
    throw new WindroseError("invalid-input", `${JSON.stringify(name)} is not the name or address of a host`);
  }
}

export function checkUser(user: string): void {
  if (user === "" || user.length > 255 || user.startsWith("-") || forbidden.test(user)) {
    throw new WindroseError("invalid-input", `${JSON.stringify(user)} is not the name of a user`);
  }
}

export function checkPort(port: number): void {
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new WindroseError("invalid-input", `${port} is not a port`);
  }
}

/** `[user@]host[:port]` or `ssh://[user@]host[:port]`, separated by commas; `none` for no host (ssh_config(5)). */
export function parseJumpHosts(text: string): JumpHost[] {
  if (text.trim().toLowerCase() === "none") return [];
  return text.split(",").map((part) => {
    const spot = part
      .trim()
      .replace(/^ssh:\/\//, "")
      .replace(/\/$/, "");
    const at = spot.lastIndexOf("@");
    const user = at < 0 ? undefined : spot.slice(0, at);
    // A bare IPv6 address has no port; one with a port stands in brackets.
    const [, inBrackets, plain, digits, bare] =
      /^(?:(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?|([^:]*:[^:]*:.*))$/.exec(spot.slice(at + 1)) ?? [];
    const host = inBrackets ?? plain ?? bare ?? "";
    const port = digits === undefined ? undefined : Number(digits);
    checkHostName(host);
    if (user !== undefined) checkUser(user);
    if (port !== undefined) checkPort(port);
    return { host, port, user };
  });
}

/** A jump host as text again, for a message or another connection's `proxyJump`. */
export function formatJumpHost({ host, port, user }: JumpHost): string {
  return `${user === undefined ? "" : `${user}@`}${bracketed(host)}${port === undefined ? "" : `:${port}`}`;
}
