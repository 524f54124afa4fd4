import { type ConnectionField, connectionFields } from "../../provider/connection-fields";
import type { Definition } from "../../provider/lifecycle";
import { interfacesOf } from "./types";

function connectionText(): string {
  const lines = Object.entries<ConnectionField>(connectionFields).map(
    ([name, { typeText, doc, secret }]) =>
      `  /** ${doc}${secret ? " Used, and never stored." : ""} */\n  ${name}?: pulumi.Input<${typeText}>;\n`,
  );
  return `/** How a host is reached: an object in place of a name or a libvirt URI. */\nexport interface ConnectionArgs {\n${lines.join("")}}\n`;
}

/** The text of provider/resources/arguments.ts, not yet formatted. */
export function argumentsText(definitions: readonly Definition[]): string {
  const classes = new Set<string>();
  const parts = definitions.map((definition) => {
    const interfaces = interfacesOf(definition.kind, definition.fields, definition.outputs);
    for (const name of interfaces.classes) classes.add(name);
    return interfaces.text;
  });
  const imports = [...classes]
    .sort()
    .map((name) => `import type { ${name} } from "./${name.replace(/(?!^)([A-Z])/g, "-$1").toLowerCase()}";\n`);
  return [
    "// Made from the field tables by scripts/generate.ts: change those, and run it again.\n",
    ['import type * as pulumi from "@pulumi/pulumi";\n', ...imports].join(""),
    connectionText(),
    ...parts,
  ].join("\n");
}
