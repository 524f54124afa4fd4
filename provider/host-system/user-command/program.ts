/**
 * A user's command as text for a shell's standard input. Nothing of it is an argument of a process: those can be read by
 * every user of the machine (/proc/PID/cmdline), and are of bounded length.
 */
export interface UserCommand {
  /** A script, or a program and its arguments. */
  readonly command: string | readonly string[];
  /** What reads the script: a program and its first arguments, to which the script's path is added. Default: the shell itself. */
  readonly interpreter?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** An absolute path. Default: the user's home. */
  readonly workingDirectory?: string;
}

/**
 * Reads one line, which is the program, and leaves the rest of the input to the command: `read` takes a pipe's bytes one
 * by one (POSIX, `read`), where a shell that reads a script from there takes as many as it gets.
 */
export const bootstrap = ["sh", "-c", 'IFS= read -r line || exit 125; eval "$line"'] as const;

/** What the bootstrap is to be fed with. */
export function inputOf(command: UserCommand): Buffer {
  return Buffer.from(`${programOf(command)}\n${command.stdin ?? ""}`);
}

/** One line of printable ASCII. */
function programOf({ command, interpreter, environment = {}, workingDirectory }: UserCommand): string {
  const parts = ["unset line"];
  for (const [name, value] of Object.entries(environment)) parts.push(assign(name, value), `export ${name}`);
  if (workingDirectory === undefined) parts.push('cd "$HOME" 2>/dev/null || cd /');
  else parts.push(assign("windrose_text", workingDirectory), 'cd "$windrose_text" || exit 125', "unset windrose_text");
  if (typeof command !== "string") {
    parts.push("set --");
    for (const word of command)
      parts.push(assign("windrose_text", word), 'set -- "$@" "$windrose_text"', "unset windrose_text");
    parts.push('exec "$@"');
  } else if (interpreter === undefined) {
    parts.push(assign("windrose_text", command), 'eval "unset windrose_text; $windrose_text"');
  } else {
    parts.push("set --");
    for (const word of interpreter) parts.push(assign("windrose_text", word), 'set -- "$@" "$windrose_text"');
    // The script comes through a pipe as descriptor 3; the command's own input is kept as 4 meanwhile.
    parts.push(
      assign("windrose_text", command),
      "windrose_file=/dev/fd/3",
      "[ -e /dev/fd/0 ] || windrose_file=/proc/self/fd/3",
      'exec 4<&0; printf "%s" "$windrose_text" 4<&- | { exec 3<&0 0<&4 4<&-; unset windrose_text; exec "$@" "$windrose_file"; }',
    );
  }
  return parts.join("; ");
}

/** Sets a variable to any text without a NUL. What follows the mark is cut off again: `$(…)` drops newlines at the end. */
function assign(name: string, text: string): string {
  if (/^[ -&(-[\]-~]*$/.test(text)) return `${name}='${text}'`;
  let encoded = "";
  for (const byte of Buffer.from(text)) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c;
    encoded += plain ? String.fromCharCode(byte) : `\\0${byte.toString(8).padStart(3, "0")}`;
  }
  return `${name}=$(printf '%b_' '${encoded}'); ${name}=\${${name}%_}`;
}
