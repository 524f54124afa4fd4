import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";
import { broughtOtherwise, missingPackages, packages } from "../../lab/programs";
import { commandsOf, functionsOf } from "./shell-commands";

const root = join(__dirname, "../../..");
const recipes = join(root, "test/lab/recipes");

/** Functions that run a program, by the module that they come from: named alone, or first in an array. */
const runners: readonly [from: RegExp, names: readonly string[]][] = [
  [/^node:child_process$/, ["spawn", "spawnSync", "execFile", "execFileSync"]],
  [/\/lab(\/index)?(\.js)?$|\/process\.js$/, ["run", "runAttached"]],
  [/\/processes\.mjs$/, ["capture", "runAttached"]],
  [/\/programs\.mjs$/, ["run", "runLong"]],
];

/** Calls whose program is not written in their file: they pass on what they get, or what another function has put together. */
const passedOn = new Set([
  ...["program", "program!", "[this.program, ...config, ...args]", "stack.ssh(rest)", "this.inNamespace(argv)", "go"],
  // What has no program at all, in tests of that.
  ...["[directory]", "[]"],
  ...['[kubeadm, "config", "validate", "--config", file]', "command"],
  ...["fabricCommand([...argv, ...wanted], env)", "lab.inNamespace(argv)", "this.command(args, options)"],
  ...['this.command(["up", ...args, "--event-log", log])'],
  ...["rootCommand([process.execPath, process.argv[1], ...args])", "argv", "argv[0]", "argv[0]!"],
]);

interface Call {
  readonly place: string;
  /** The program, or the text of what stands in its place. */
  readonly program?: string;
  readonly text: string;
  readonly script?: string;
}

function filesUnder(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs|cjs)$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(directory, name));
}

const literal = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

/** A text with `$` where a value is put in. */
function textOf(node: ts.Node | undefined): string | undefined {
  if (!node) return undefined;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map((span) => `$x${span.literal.text}`).join("");
  return literal(node);
}

function callsIn(file: string): Call[] {
  const source = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const known = new Set<string>();
  const calls: Call[] = [];
  const values = new Map<string, ts.Expression>();
  const learn = (module: string, names: readonly { name: string; as: string }[]) => {
    for (const [from, functions] of runners)
      if (from.test(module)) for (const { name, as } of names) if (functions.includes(name)) known.add(as);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const bindings = node.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings))
        learn(
          literal(node.moduleSpecifier)!,
          bindings.elements.map(({ name, propertyName }) => ({ name: (propertyName ?? name).text, as: name.text })),
        );
    } else if (ts.isVariableDeclaration(node) && node.initializer) {
      if (ts.isIdentifier(node.name)) values.set(node.name.text, node.initializer);
      const module = /^await import\("([^"]+)"\)$/.exec(node.initializer.getText())?.[1];
      if (module && ts.isObjectBindingPattern(node.name))
        learn(
          module,
          node.name.elements.map(({ name }) => ({ name: name.getText(), as: name.getText() })),
        );
      const promised = /^promisify\((\w+)\)$/.exec(node.initializer.getText())?.[1];
      if (promised && known.has(promised)) known.add(node.name.getText());
    } else if (ts.isCallExpression(node) && (isRunner(node.expression) || isCopied(node))) calls.push(callOf(node));
    ts.forEachChild(node, visit);
  };
  // Tests of transports run commands on this machine, and over ssh to it.
  const isHere = /test\/(unit|integration)\/transports\//.test(file);
  const isRunner = (callee: ts.Expression): boolean => {
    if (ts.isIdentifier(callee)) return known.has(callee.text);
    if (!ts.isPropertyAccessExpression(callee)) return false;
    const takesCommand = ["exec", "connectCommand"].includes(callee.name.text);
    if (isHere && takesCommand) return ts.isArrayLiteralExpression((callee.parent as ts.CallExpression).arguments[0]!);
    return ["run", "spawn", "inNamespace"].includes(callee.name.text) && /(^|\.)lab$/.test(callee.expression.getText());
  };
  /** A program of this machine that is brought to a host. */
  const isCopied = ({ expression, arguments: [file] }: ts.CallExpression): boolean =>
    ts.isPropertyAccessExpression(expression) &&
    expression.name.text === "copyIn" &&
    /\/s?bin\//.test(literal(file) ?? "");
  /** The first word of an array, or the word itself, however it is written in this file. */
  const firstWord = (node: ts.Expression | undefined, depth = 0): string | undefined => {
    if (!node || depth > 8) return undefined;
    if (node.getText() === "process.execPath") return "node";
    if (ts.isStringLiteralLike(node)) return node.text;
    if (ts.isParenthesizedExpression(node) || ts.isAwaitExpression(node) || ts.isNonNullExpression(node))
      return firstWord(node.expression, depth + 1);
    if (ts.isConditionalExpression(node)) return firstWord(node.whenTrue, depth + 1);
    if (ts.isIdentifier(node)) return firstWord(values.get(node.text), depth + 1);
    if (ts.isElementAccessExpression(node)) return firstWord(node.expression, depth + 1);
    if (!ts.isArrayLiteralExpression(node)) return undefined;
    for (const element of node.elements) {
      const inner = ts.isSpreadElement(element) ? element.expression : element;
      // What goes before a command only changes where it runs, as `nsenter` does.
      if (/^\(await outsideOfLabs\(\)\)$/.test(inner.getText())) continue;
      return firstWord(inner, depth + 1);
    }
    return undefined;
  };
  const callOf = (node: ts.CallExpression): Call => {
    const [first, second] = node.arguments;
    const words = [first, second].flatMap((each) =>
      each && ts.isArrayLiteralExpression(each) ? [...each.elements] : [],
    );
    const program = firstWord(first);
    const option = words.findIndex((word) => literal(word) === "-c");
    const isShell =
      words.some((word) => ["sh", "bash"].includes(literal(word) ?? "")) || ["sh", "bash"].includes(program ?? "");
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    return {
      place: `${relative(root, file)}:${line + 1}`,
      program,
      text: first?.getText() ?? "",
      script: isShell && option >= 0 ? textOf(words[option + 1]) : undefined,
    };
  };
  visit(source);
  if (isHere)
    for (const [, program] of source.text.matchAll(/ProxyCommand (\w+)/g))
      calls.push({ place: relative(root, file), program, text: "ProxyCommand" });
  return calls;
}

const onList = new Set([
  ...Object.values(packages).flatMap(({ programs = [] }) => programs),
  ...Object.keys(broughtOtherwise),
]);

/** What a test asks for that no machine has. */
const absent = new Set(["no-such-program"]);

const nameOf = (program: string) => program.split("/").pop()!;

describe("the list of programs that run on this machine", () => {
  const calls = ["test", "scripts"].flatMap((name) => filesUnder(join(root, name))).flatMap(callsIn);

  it("has each program that tests, scripts and the lab start by its name", () => {
    assert.ok(calls.length > 80, `${calls.length} calls were found`);
    const unknown = calls.flatMap(({ place, program }) =>
      program !== undefined && !onList.has(nameOf(program)) && !absent.has(program) ? [`${place}: ${program}`] : [],
    );
    assert.deepEqual(unknown, []);
  });

  it("has each command of the scripts that these give to a shell", () => {
    const scripts = calls.filter(({ script }) => script !== undefined);
    assert.ok(scripts.length > 3, `${scripts.length} scripts were found`);
    const unknown = scripts.flatMap(({ place, script }) =>
      commandsOf(script!)
        .filter((name) => !onList.has(name) && !absent.has(name))
        .map((name) => `${place}: ${name}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("is asked of each call: one that does not say its program passes on what it got", () => {
    const odd = calls.filter(({ program, text }) => program === undefined && !passedOn.has(text));
    assert.deepEqual(
      odd.map(({ place, text }) => `${place}: ${text}`),
      [],
    );
  });

  it("has each command of the lab's recipes", () => {
    const texts = new Map(
      readdirSync(recipes)
        .filter((name) => name.endsWith(".sh"))
        .map((name) => [name, readFileSync(join(recipes, name), "utf8")] as const),
    );
    const shared = new Set([...texts.values()].flatMap(functionsOf));
    const unknown = [...texts].flatMap(([name, text]) =>
      commandsOf(text)
        .filter((command) => !onList.has(command) && !shared.has(command))
        .map((command) => `${name}: ${command}`),
    );
    assert.deepEqual(unknown, []);
  });

  it("tells what is missing by its package, and finds what is there", async () => {
    const missing = await missingPackages();
    assert.ok(!missing.includes("bash") && !missing.includes("coreutils"), missing.join(", "));
    assert.deepEqual(new Set(await missingPackages({ unit: true })).size <= missing.length, true);
  });
});

describe("commandsOf", () => {
  const cases: readonly [script: string, commands: string][] = [
    ["a; b && c || d | e & f", "a b c d e f"],
    ['x=$(a b) y="$(c "$(d)")" e $((1 + 2)) $z', "a c d e"],
    ["if a; then b; else c; fi; while ! d; do e; done; for f in g h; do i; done", "a b c d e i"],
    ["case $x in a | b) c ;; d/*) e ;; esac; f", "c e f"],
    ["f() { a; }; f; { b; }; (c)", "a b c"],
    ["a > b 2>&1 < c; # d\ne 'f; g' \"h; i\"", "a e"],
    ["trap 'a; b' EXIT; sh -c 'c d'; env X=1 e; xargs f; command -v g; exec h", "a b sh c env e xargs f g h"],
    ["cat > x <<'EOF'\na; b\nEOF\nc; cat <<EOF | d\ne\nEOF\nf", "cat c d f"],
    ["a \\\n  b; $c d; $c/e f; /usr/sbin/g", "a g"],
  ];
  for (const [script, commands] of cases)
    it(JSON.stringify(script), () => assert.deepEqual(commandsOf(script).sort(), commands.split(" ").sort()));
});
