import { Document, isMap, parseDocument } from "yaml";
import { z } from "zod";
import { configuration, foreign } from "../../examples/four-winds/configuration";

/** Types that Pulumi.yaml's schema knows (sdk/go/common/workspace/project.json of Pulumi, `configTypeDeclaration`). */
const types = ["string", "integer", "boolean", "array", "object"];

interface Declaration {
  type: string;
  items?: { type: string };
  default?: unknown;
  description: string;
}

/** The text of Pulumi.yaml: as it is, with its `config:` made from the example's list. */
export function projectText(current: string): string {
  const project = parseDocument(current);
  if (!isMap(project.contents)) throw new Error("Pulumi.yaml holds no mapping");
  const name = String(project.get("name"));
  const { properties = {} } = z.toJSONSchema(configuration, { io: "input" });
  const declared = Object.entries(properties).map(([key, schema]) => [`${name}:${key}`, declarationOf(key, schema)]);
  const config = new Document({ config: Object.fromEntries(declared) });
  config.commentBefore = [
    " Made from examples/four-winds/configuration.ts by scripts/generate.ts: change that, and run it again.",
    " Besides these, a stack sets:",
    ...Object.entries(foreign).map(([key, schema]) => ` ${key}: ${schema.meta()?.description}`),
  ].join("\n");
  project.delete("config");
  return `${project.toString({ lineWidth: 0 }).trimEnd()}\n${config.toString({ lineWidth: 0 }).replace(/\n+config:/, "\nconfig:")}`;
}

function declarationOf(key: string, schema: z.core.JSONSchema._JSONSchema): Declaration {
  if (typeof schema === "boolean") throw new Error(`${key} has no type`);
  const { type, items, description } = schema;
  if (typeof type !== "string" || !types.includes(type))
    throw new Error(`Pulumi.yaml can't declare ${key}: its type is ${type}`);
  if (!description) throw new Error(`${key} has no description`);
  return {
    type,
    ...(type === "array" ? { items: { type: String((items as z.core.JSONSchema.BaseSchema).type) } } : {}),
    ...("default" in schema ? { default: schema.default } : {}),
    description,
  };
}
