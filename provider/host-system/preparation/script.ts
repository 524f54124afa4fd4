import { quoteArgument } from "../../transports/quote";
import { claimsDirectory, makingDirectory } from "./claims";
import { enterFunctions } from "./enter-directory";

/** Words for a shell, each quoted. */
export const words = (all: readonly string[]): string => all.map(quoteArgument).join(" ");

/** Root's alone: whoever can open the lock could hold it. */
const lockDirectory = "/run/windrose";
/** Held on the host by whoever changes what is claimed, for as long as the change takes. */
export const lockFile = `${lockDirectory}/lock`;

/** What is to read its new settings: a file for each, from before they are written until it has. */
export const dueDirectory = "/var/lib/windrose/due";

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
    return this.add(...paths.map((path) => `drop ${words([path])} || die ${words([`${path} could not be removed`])}`));
  }

  /** Removes what a cut-off `put` may have left beside files, which stay. */
  sweep(paths: readonly string[]): this {
    return this.add(...paths.map((path) => `sweep ${words([path])}`));
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
${enterFunctions}
gone() { case $1 in */*) [ ! -d "\${1%/*}/" ] ;; esac; }
drop() { gone "$1" || ( enter "\${1%/*}" && rm -rf -- "./.\${1##*/}.windrose-new" && rm -f -- "./\${1##*/}" ); }
sweep() { gone "$1" || ( enter "\${1%/*}" && rm -rf -- "./.\${1##*/}.windrose-new" ) 2>/dev/null; }
put() { ( enter "\${1%/*}" && put_here ".\${1##*/}.windrose-new" "$@" ) }
put_here() {
  rm -rf -- "./$1" && mkdir -m 0700 -- "./$1" && ( put_in "$@" ) && rmdir -- "./$1" || { rm -rf -- "./$1"; return 1; }
}
put_in() {
  cd -P -- "./$1" && [ "$(pwd -P; echo .)" = "$at/$1
." ] && [ -O . ] && case $(stat -c %A .) in drwx--[-S]---*) ;; *) false ;; esac &&
    ( umask 077; printf %s "$5" | base64 -d > content ) && chown -- "$4" content && chmod -- "$3" content &&
    { sync -- content 2>/dev/null || :; } && mv -fT -- content "../\${2##*/}"
}
unchanged() {
  if [ -e "$1" ]; then [ "$(sha256sum < "$1" | cut -d ' ' -f 1)" = "$2" ]; else [ -z "$2" ]; fi
}
end=$(( $(date +%s) + ${lockSeconds} ))
mkdir -p -m 0700 ${lockDirectory} || die "no place for the lock"
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
