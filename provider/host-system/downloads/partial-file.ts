import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { WindroseError } from "../../basics/errors";
import type { Kept, Store } from "../../downloads/download";
import { readValidator, type Validator } from "../../downloads/resume";
import type { ExecResult, Transport } from "../../transports/transport";
import { commandFailed, run } from "../commands";
import { partialNames } from "./partial-names";

/** Exit code of the scripts where another download has the file: none that curl, wget or cp end with. */
const inUse = 199;

/** Seconds for a command of a run that was killed, or given up: it ends when it next writes. */
const grace = 3;

/**
 * What a host has so far of a file that it downloads, in the directory where it will be: `.NAME.partial`. Beside it:
 *
 * - `.source`: who downloads it, on the first line; of what, as a digest, since a URL may hold a secret; whose it is. Whoever
 *   writes the file, or gives it its name, holds a lock on this one, and is the one of the first line. It is written in
 *   place, and so stays the same file.
 * - `.validator`: what tells the file's content from any other under the same address.
 * - `.unpacked`: what is being unpacked of it.
 */
export class PartialFile implements Store {
  readonly path: string;
  readonly unpacked: string;
  private readonly marker: string;
  private readonly validator: string;
  private readonly token = randomBytes(8).toString("hex");

  constructor(
    private readonly transport: Transport,
    readonly directory: string,
    readonly name: string,
    private readonly address: string,
  ) {
    const [path, unpacked, validator, marker] = partialNames(name).map((file) => `${directory}/${file}`);
    [this.path, this.unpacked, this.validator, this.marker] = [path!, unpacked!, validator!, marker!];
  }

  /** Takes it for this download. What is there of another source goes. Fails with `in-use` where another download runs. */
  async open(source: string, owner: readonly string[]): Promise<Kept> {
    const script = `
      partial=$1 unpacked=$2 marker=$3 validator=$4 token=$5 source=$6
      shift 6
      umask 077
      exec 9>>"$marker"
      if command -v flock >/dev/null; then flock -w ${grace} 9 || exit ${inUse}; fi
      [ "$marker" -ef /proc/self/fd/9 ] || exit ${inUse}
      if [ "$(sed -n 2p -- "$marker")" != "$source" ]; then rm -f -- "$partial" "$unpacked" "$validator"; fi
      printf '%s\\n' "$token" "$source" "$@" >"$marker"
      stat -c %s -- "$partial" 2>/dev/null || echo 0
      cat -- "$validator" 2>/dev/null || true`;
    const files = [this.path, this.unpacked, this.marker, this.validator];
    const argv = ["sh", "-c", script, "sh", ...files, this.token, source, ...owner];
    const result = this.refuseOther(await this.transport.exec(argv, { root: true }));
    if (result.code !== 0) throw commandFailed("sh", `writing into ${this.directory}`, result);
    const [size = "", ...rest] = result.stdout.split("\n");
    return { size: Number(size), validator: readValidator(rest.join("\n")) };
  }

  /**
   * A command that runs only as long as nobody else has taken the file, and keeps others from taking it. `wait`: seconds
   * for a command before it to end.
   */
  guarded(argv: readonly string[], wait = 0): string[] {
    const script = `
      [ -e "$1" ] || exit ${inUse}
      exec 9>>"$1"
      if command -v flock >/dev/null; then flock -w ${wait} 9 || exit ${inUse}; fi
      [ "$(head -n 1 -- "$1")" = "$2" ] || exit ${inUse}
      shift 2
      exec "$@"`;
    return ["sh", "-c", script, "sh", this.marker, this.token, ...argv];
  }

  /** The result of a guarded command; fails with `in-use` where it did not run. */
  refuseOther(result: ExecResult): ExecResult {
    if (result.code !== inUse) return result;
    throw new WindroseError("in-use", `the host is downloading ${this.address} already`, {
      hint: "Wait until it is done, or end the download on the host.",
    });
  }

  async size(): Promise<number> {
    const { code, stdout } = await this.transport.exec(["stat", "-c", "%s", "--", this.path], { root: true });
    return code === 0 ? Number(stdout) : 0;
  }

  /** Its first bytes, as text. */
  async start(): Promise<string> {
    return (await this.transport.exec(["head", "-c", "512", "--", this.path], { root: true })).stdout;
  }

  async shorten(size: number): Promise<void> {
    await run(this.transport, ["truncate", "-s", String(size), "--", this.path], `shortening ${this.path}`, {
      root: true,
    });
  }

  async keep(validator: Validator): Promise<void> {
    const text = Readable.from([JSON.stringify(validator)]);
    await this.transport.upload(text, this.validator, { root: true, mode: 0o600 });
  }

  /** Nothing is known any more of what comes: what is kept of it is not gone on with, unless `keep` says so again. */
  doubt(): Promise<void> {
    return this.delete(this.validator);
  }

  /** Deletes what came, so that the download begins anew. */
  discard(): Promise<void> {
    return this.delete(this.path, this.unpacked, this.validator);
  }

  /** Deletes all of it: nobody is to go on with it. */
  clear(): Promise<void> {
    return this.delete(this.path, this.unpacked, this.validator, this.marker);
  }

  /** After a failure: leaves nothing where nothing came. A command that was given up may still be ending. */
  async tidy(): Promise<void> {
    const script = '[ -s "$1" ] || rm -f -- "$@"';
    const argv = ["sh", "-c", script, "sh", this.path, this.unpacked, this.validator, this.marker];
    await this.transport.exec(this.guarded(argv, grace), { root: true });
  }

  private async delete(...paths: string[]): Promise<void> {
    await this.transport.exec(["rm", "-f", "--", ...paths], { root: true });
  }

  /** Readable for everyone, as a base image must be, of its directory's owner, on the disk, and only then under its name. */
  async publish(whole: string): Promise<void> {
    const script = `
      chown --reference="$1" -- "$2" && chmod 0644 -- "$2" && sync -- "$2" && ln -T -- "$2" "$3" || exit
      shift 3
      rm -f -- "$@"`;
    const target = `${this.directory}/${this.name}`;
    const files = [whole, target, this.path, this.unpacked, this.validator, this.marker];
    const argv = this.guarded(["sh", "-c", script, "sh", this.directory, ...files]);
    const result = this.refuseOther(await this.transport.exec(argv, { root: true, timeout: 600_000 }));
    if (result.code !== 0) throw commandFailed("sh", `giving the file its name ${this.name}`, result);
  }
}
