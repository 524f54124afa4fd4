/** The names of commands in a shell script: a small part of sh's grammar, enough for scripts that people write. */

const builtins = new Set(
  ": . [ break cd command continue echo eval exec exit export false kill local printf read return set shift test trap true type umask unset wait".split(
    " ",
  ),
);
const keywords = new Set("if then else elif fi do done while until ! { } time".split(" "));
/** Commands that run another one: the first word that is no option of theirs, and no variable. */
const wrappers = new Set(["exec", "env", "xargs", "command", "nsenter", "unshare", "setsid"]);

interface Word {
  /** What is written, without quotes; what a variable or a substitution gives is `$`. */
  readonly text: string;
  /** It begins with a quote, so that it is neither a keyword nor an assignment. */
  readonly quoted: boolean;
}

class Reader {
  at = 0;
  readonly found: string[] = [];
  readonly functions = new Set<string>();

  constructor(private readonly text: string) {}

  /** Reads commands up to an unmatched `)` or the end. `pattern`: within `case`, where it may end a pattern. */
  list(): void {
    let cases = 0;
    let before = this.found.length;
    let words: Word[] = [];
    const end = () => {
      this.command(words);
      words = [];
    };
    while (this.at < this.text.length) {
      const char = this.text[this.at]!;
      if (char === "#" && /[\s;(]|^$/.test(this.text[this.at - 1] ?? "")) this.skipTo("\n");
      else if (this.text.startsWith("<<", this.at)) this.heredoc();
      else if (/[<>]/.test(char)) this.redirection();
      else if (char === ")") {
        this.at++;
        if (cases === 0) {
          end();
          return;
        }
        // What came since the last branch was no command, but a pattern.
        this.found.length = before;
        words = [];
      } else if (char === "(") {
        this.at++;
        if (words.length === 1 && this.text[this.at] === ")") {
          this.functions.add(words[0]!.text);
          this.at++;
          words = [];
        } else this.list();
      } else if (/[;&|\n]/.test(char)) {
        end();
        const branch = this.text.startsWith(";;", this.at);
        this.at += branch ? 2 : 1;
        if (branch) before = this.found.length;
      } else if (/\s/.test(char)) this.at++;
      else {
        const word = this.word();
        const isFirst = words.length === 0 && !word.quoted;
        if (isFirst && word.text === "case") {
          this.skipTo(" in");
          this.at += 3;
          cases++;
          before = this.found.length;
        } else if (isFirst && word.text === "esac") cases--;
        else if (isFirst && word.text === "for") this.skipTo(/[;\n]/);
        else if (isFirst && keywords.has(word.text)) before = cases > 0 ? before : this.found.length;
        else words.push(word);
      }
    }
    end();
  }

  private skipTo(what: string | RegExp): void {
    const rest = this.text.slice(this.at);
    const found = typeof what === "string" ? rest.indexOf(what) : rest.search(what);
    this.at = found < 0 ? this.text.length : this.at + found;
  }

  /** Its text is data, or runs in a guest, unless it is a script that stops at the first failure, as those of this machine do. */
  private heredoc(): void {
    const match = /^<<-?\s*['"]?(\w+)['"]?/.exec(this.text.slice(this.at));
    if (!match) {
      this.at += 2;
      return;
    }
    const line = this.text.indexOf("\n", this.at);
    const stop = this.text.indexOf(`\n${match[1]}\n`, line);
    const body = this.text.slice(line + 1, stop + 1);
    if (/^#!\/bin\/sh\nset -eu\n/.test(body)) this.found.push(...commandsOf(body));
    // The rest of the line is still to be read.
    const rest = new Reader(this.text.slice(this.at + match[0].length, line));
    rest.list();
    this.found.push(...rest.found);
    this.at = stop + match[1]!.length + 1;
  }

  private redirection(): void {
    while (/[<>&]/.test(this.text[this.at] ?? "")) this.at++;
    while (this.text[this.at] === " ") this.at++;
    if (/[^\s;|)]/.test(this.text[this.at] ?? " ")) this.word();
  }

  private word(): Word {
    let text = "";
    const quoted = /["']/.test(this.text[this.at]!);
    while (this.at < this.text.length && !/[\s;&|()<>]/.test(this.text[this.at]!)) {
      const char = this.text[this.at]!;
      if (char === "'") {
        const end = this.text.indexOf("'", this.at + 1);
        text += this.text.slice(this.at + 1, end);
        this.at = end + 1;
      } else if (char === '"') {
        text += this.doubleQuoted();
      } else if (char === "\\") {
        text += this.text[this.at + 1] === "\n" ? "" : (this.text[this.at + 1] ?? "");
        this.at += 2;
      } else if (char === "$") text += this.expansion();
      else {
        text += char;
        this.at++;
      }
    }
    return { text, quoted };
  }

  private doubleQuoted(): string {
    let text = "";
    this.at++;
    while (this.at < this.text.length && this.text[this.at] !== '"') {
      if (this.text[this.at] === "\\") {
        text += this.text[this.at + 1] ?? "";
        this.at += 2;
      } else if (this.text[this.at] === "$") text += this.expansion();
      else text += this.text[this.at++];
    }
    this.at++;
    return text;
  }

  private expansion(): string {
    if (this.text.startsWith("$((", this.at)) {
      this.skipTo("))");
      this.at += 2;
    } else if (this.text.startsWith("$(", this.at)) {
      const inner = new Reader(this.text);
      inner.at = this.at + 2;
      inner.list();
      this.found.push(...inner.found);
      this.at = inner.at;
    } else if (this.text.startsWith("${", this.at)) {
      this.skipTo("}");
      this.at++;
    } else this.at += /^\$(\w+|.)/s.exec(this.text.slice(this.at))![0].length;
    return "$";
  }

  private command(words: readonly Word[]): void {
    const first = words.findIndex(({ text, quoted }) => quoted || !/^\w+=/.test(text));
    if (first < 0) return;
    const [{ text: name }, ...rest] = words.slice(first) as [Word, ...Word[]];
    if (name === "trap" && rest[0]) this.found.push(...commandsOf(rest[0].text));
    if ((name === "sh" || name === "bash") && rest[0]?.text === "-c" && rest[1])
      this.found.push(...commandsOf(rest[1].text));
    // A path that is made of a variable, or a relative one, is no program of the machine.
    if (!name.includes("$") && (!name.includes("/") || name.startsWith("/"))) this.found.push(name.split("/").pop()!);
    const inner = wrappers.has(name) ? rest.findIndex(({ text }) => !/^-|^\w+=|^\$/.test(text)) : -1;
    if (inner >= 0) this.command(rest.slice(inner));
  }
}

function read(script: string): Reader {
  const reader = new Reader(script.replace(/\\\n/g, " "));
  reader.list();
  return reader;
}

/** Names of the programs that a script runs: no builtins, no functions of its own. */
export function commandsOf(script: string): string[] {
  const { found, functions } = read(script);
  return [...new Set(found)].filter((name) => !builtins.has(name) && !functions.has(name));
}

/** Names of the functions that a script has. */
export const functionsOf = (script: string): string[] => [...read(script).functions];
