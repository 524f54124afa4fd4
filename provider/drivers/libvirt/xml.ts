import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import Handlebars from "handlebars";
import { WindroseError } from "../../basics/errors";
import { escapeXml, XmlElement } from "./xml-element";

export { escapeXml, serializeXml, XmlElement } from "./xml-element";

/** A template's values: what Handlebars can walk. Every text in it is escaped, however deep it lies. */
export type TemplateValue =
  | string
  | number
  | boolean
  | undefined
  | null
  | readonly TemplateValue[]
  | { readonly [key: string]: TemplateValue };

const suffix = ".xml.hbs";
const directory = join(__dirname, "templates");
let compiled: ReadonlyMap<string, Handlebars.TemplateDelegate> | undefined;

/** All templates, each of them a partial of the others too. Read once in a process. */
function templates(): ReadonlyMap<string, Handlebars.TemplateDelegate> {
  if (compiled) return compiled;
  const environment = Handlebars.create();
  const found = new Map<string, Handlebars.TemplateDelegate>();
  for (const file of readdirSync(directory).filter((name) => name.endsWith(suffix))) {
    const name = file.slice(0, -suffix.length);
    const template = environment.compile(readFileSync(join(directory, file), "utf8"), {
      knownHelpersOnly: true,
      preventIndent: true,
    });
    environment.registerPartial(name, template);
    found.set(name, template);
  }
  compiled = found;
  return found;
}

function escaped(value: TemplateValue): unknown {
  // An empty text stays one, so that `{{#if}}` takes it for nothing.
  if (typeof value === "string") return value === "" ? "" : new Handlebars.SafeString(escapeXml(value));
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner as TemplateValue)]));
  }
  return value;
}

/**
 * The XML of a template, `domain` for `templates/domain.xml.hbs`. Every value is escaped so that it is safe as
 * text and in an attribute; a character that XML can't carry is `invalid-input`.
 */
export function render(template: string, values: { readonly [key: string]: TemplateValue }): string {
  const delegate = templates().get(template);
  if (!delegate) throw new WindroseError("internal", `There is no template "${template}"`);
  return delegate(escaped(values));
}

/** Characters of the largest text that libvirt's RPC carries (REMOTE_STRING_MAX, src/remote/remote_protocol.x). */
const largest = 4_194_304;
/** A chain of backing files nests one element in another; libvirt itself stops at 200 (VIR_STORAGE_MAX_CHAIN_DEPTH). */
const deepest = 256;

/** Before every name while it is parsed: others' metadata may have names that an object has by itself, such as `constructor`. */
const guard = "=";

/** The parser does it twice to a tag without content. */
function guarded(name: string): string {
  return name.startsWith(guard) ? name : guard + name;
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  cdataPropName: "#cdata",
  maxNestedTags: deepest,
  transformTagName: guarded,
  transformAttributeName: guarded,
});

type ParsedNode = Record<string, unknown>;

/**
 * Reads XML that a host answered. Nothing is expanded but the five entities of XML itself and character references, a
 * DOCTYPE is refused, and names never become properties of an object. `what` names it in the error, which is always
 * `protocol`.
 */
export function parseXml(text: string, what: string): XmlElement {
  const fail = (why: string, cause?: unknown) => new WindroseError("protocol", `${what} ${why}`, { cause });
  if (text.length > largest) throw fail(`is larger than ${largest} characters`);
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw fail("has a document type");
  let nodes: ParsedNode[];
  try {
    const valid = XMLValidator.validate(text);
    if (valid !== true) throw new Error(`line ${valid.err.line}: ${valid.err.msg}`);
    nodes = parser.parse(text) as ParsedNode[];
  } catch (error) {
    throw fail("is not well-formed XML", error);
  }
  const roots: XmlElement[] = [];
  try {
    for (const node of nodes) {
      const element = toElement(node, 0);
      if (element instanceof XmlElement) roots.push(element);
    }
  } catch (error) {
    throw fail("is not well-formed XML", error);
  }
  if (roots.length !== 1) throw fail("has no single root element");
  return roots[0]!;
}

function toElement(node: ParsedNode, depth: number): XmlElement | string {
  if (depth > deepest) throw new Error("too deep");
  const name = Object.keys(node).find((key) => key !== ":@");
  if (name === undefined) return "";
  const value = node[name];
  if (name === "#text") return decodeEntities(String(value));
  if (name === "#cdata") {
    const [inner] = (Array.isArray(value) ? value : []) as ParsedNode[];
    return inner ? String(inner["#text"] ?? "") : "";
  }
  const element = new XmlElement(name.slice(guard.length));
  for (const [attribute, text] of Object.entries((node[":@"] ?? {}) as Record<string, unknown>)) {
    element.attributes.set(attribute.slice(guard.length), decodeEntities(String(text)));
  }
  for (const child of (Array.isArray(value) ? value : []) as ParsedNode[]) {
    const inner = toElement(child, depth + 1);
    if (inner !== "") element.children.push(inner);
  }
  return element;
}

const entities = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

function decodeEntities(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const known = entities.get(name);
    if (known !== undefined && whole.endsWith(";")) return known;
    const number = /^#(?:x([0-9a-f]{1,6})|([0-9]{1,7}))$/i.exec(name);
    const code = number ? Number.parseInt((number[1] ?? number[2])!, number[1] ? 16 : 10) : Number.NaN;
    if (!whole.endsWith(";") || !(code > 0 && code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
      throw new Error("an entity that XML itself does not have");
    }
    return String.fromCodePoint(code);
  });
}
