import { type ConnectionField, connectionFields } from "../../provider/connections/connection-fields";
import type { Definition } from "../../provider/lifecycle/definition";
import { folderOf } from "./sources";
import { interfacesOf } from "./types";

const head = "// Made from the field tables by scripts/generate.ts: change those, and run it again.\n";
const pulumi = 'import type * as pulumi from "@pulumi/pulumi";\n';

const itself =
  "// biome-ignore lint/suspicious/noImportCycles: types alone; such a resource can be an argument of another\n";

/** The type of a connection object. Not yet formatted. */
export function connectionText(): string {
  const lines = Object.entries<ConnectionField>(connectionFields).map(
    ([name, { typeText, doc, secret }]) =>
      `  /** ${doc}${secret ? " Used but never stored." : ""} */\n  ${name}?: pulumi.Input<${typeText}>;\n`,
  );
  const type = `/** How a host is reached: an object in place of a name or a libvirt URI. */\nexport interface ConnectionArgs {\n${lines.join("")}}\n`;
  return [head, pulumi, type].join("\n");
}

/** The types of one resource's arguments and outputs. Not yet formatted. */
export function argumentsText({ kind, fields, outputs }: Definition): string {
  const { classes, text } = interfacesOf(kind, fields, outputs);
  const others = [...classes].filter((name) => name !== kind).sort();
  const imports = others.map((name) => `import type { ${name} } from "../${folderOf(name)}";\n`);
  if (classes.has(kind)) imports.push(`${itself}import type { ${kind} } from "./index";\n`);
  if (/\bConnectionArgs\b/.test(text))
    imports.unshift('import type { ConnectionArgs } from "../../connections/arguments";\n');
  return [head, [pulumi, ...imports].join(""), text].join("\n");
}
