import { quoteArgument } from "../../../transports/quote";
import { claimsDirectory, makingDirectory } from "./claims";

/** Words for a shell, each quoted. */
export const words = (all: readonly string[]): string => all.map(quoteArgument).join(" ");

/** Held on the host by whoever changes what is claimed, for as long as the change takes. */
export const lockFile = "/run/windrose.lock";

export const exitCodes = { locked: 75, stale: 76, foreign: 77 } as const;

/** What tells whether claims have changed since they were read. */
export const digestOfClaims = `{ cd ${claimsDirectory} 2>/dev/null && cat ./*.json 2>/dev/null; } | sha256sum | cut -d ' ' -f 1`;

/**
 * A change of the host as one shell script: it is read whole before anything of it runs, holds the lock, ends by itself
 * though the connection is cut, and does nothing where what it was made from is no longer so.
 */
export class Script {
  private readonly lines: string[] = [];

  add(...lines: readonly string[]): this {
    this.lines.push(...lines);
    return this;
  }

  /** A line for people, while it works. */
  progress(text: string): this {
    return this.add(`say ${quoteArgument(text)}`);
  }

  /** A command that must succeed. */
  must(argv: readonly string[], what: string): this {
    return this.add(`run ${words(argv)} || die ${quoteArgument(what)}`);
  }

  /**
   * Writes a file whole or not at all. `owner`: undefined, root's. Its directory may be a user's, who can lay links there:
   * so the text is made in a directory within that is root's alone, and goes to its place by a rename; and a link of
   * another's on the way there is not followed.
   */
  put(path: string, content: string | Buffer, mode: string, owner = "root:root"): this {
    const encoded = Buffer.from(content).toString("base64");
    return this.add(
      `put ${words([path, mode, owner, encoded])} || die ${quoteArgument(`${path} could not be written`)}`,
    );
  }

  /** Removes files that were put, with what a cut-off `put` may have left beside them. */
  drop(paths: readonly string[]): this {
    return paths.length > 0 ? this.add(`drop ${words(paths)}`) : this;
  }

  /** Stops, having done nothing, where a file is not what it was. */
  unchanged(path: string, digest: string | null): this {
    return this.add(`unchanged ${words([path, digest ?? ""])} || exit ${exitCodes.stale}`);
  }

  /** What it does, without what surrounds it. */
  get body(): string {
    return this.lines.join("\n");
  }

  /** @param lockSeconds How long to wait for others. @param who For those who wait for this one. */
  text(lockSeconds: number, who: string, digest: string): string {
    return `main() {
set -u
umask 022
trap '' PIPE HUP
run() { "$@" </dev/null 9>&-; }
say() { printf 'progress\\t%s\\n' "$1" 2>/dev/null || :; }
left() { printf 'left\\t%s\\n' "$1" 2>/dev/null || :; }
die() { printf '%s\\n' "$1" >&2; exit 1; }
others_link() {
  p=$1
  while [ -n "$p" ]; do
    if [ -L "$p" ] && [ "$(stat -c %u -- "$p")" != "$(id -u)" ]; then printf '%s\\n' "$p"; return 0; fi
    p=\${p%/*}
  done
  return 1
}
beside() { new=\${1%/*}/.\${1##*/}.windrose-new; }
drop() { for f; do beside "$f"; rm -rf -- "$new"; rm -f -- "$f"; done; }
put() {
  link=$(others_link "\${1%/*}") && { printf '%s is a link of %s\\n' "$link" "$(stat -c %U -- "$link")" >&2; return 1; }
  beside "$1"
  rm -rf -- "$new" && mkdir -m 0700 -- "$new" && ( put_in "$@" ) && rmdir -- "$new" || { rm -rf -- "$new"; return 1; }
}
put_in() {
  cd -P -- "$new" && [ -O . ] && case $(stat -c %A .) in drwx--[-S]---*) ;; *) false ;; esac &&
    ( umask 077; printf %s "$4" | base64 -d > content ) && chown -- "$3" content && chmod -- "$2" content &&
    { sync -- content 2>/dev/null || :; } && mv -fT -- content "$1"
}
unchanged() {
  if [ -e "$1" ]; then [ "$(sha256sum < "$1" | cut -d ' ' -f 1)" = "$2" ]; else [ -z "$2" ]; fi
}
end=$(( $(date +%s) + ${lockSeconds} ))
while :; do
  exec 9<>${lockFile} || die "the lock ${lockFile} can't be opened"
  rest=$(( end - $(date +%s) ))
  [ "$rest" -gt 0 ] || rest=0
  flock -w "$rest" 9 || { cat ${lockFile} >&2; exit ${exitCodes.locked}; }
  [ ${lockFile} -ef /proc/self/fd/9 ] && break
done
trap 'rm -f ${lockFile}' EXIT
printf '%s, since %s\\n' ${quoteArgument(who)} "$(date -u '+%H:%M:%S UTC')" > ${lockFile}
[ "$(${digestOfClaims})" = ${quoteArgument(digest)} ] || exit ${exitCodes.stale}
rm -rf -- ${claimsDirectory}/.*.windrose-new ${makingDirectory}/.*.windrose-new
${this.body}
}
main
`;
  }
}
