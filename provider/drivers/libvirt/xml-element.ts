import { WindroseError } from "../../basics/errors";

/** Whether XML 1.0 can carry a code point, be it escaped (https://www.w3.org/TR/xml/#charsets). */
function isLegal(code: number): boolean {
  if (code < 0x20) return code === 0x9 || code === 0xa || code === 0xd;
  return code < 0xd800 || (code > 0xdfff && code !== 0xfffe && code !== 0xffff);
}

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  // As they are, an attribute's value would have spaces in their place (https://www.w3.org/TR/xml/#AVNormalize).
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** A value made safe as text and in an attribute. A character that XML can't carry is `invalid-input`. */
export function escapeXml(value: string): string {
  for (const character of value) {
    const code = character.codePointAt(0)!;
    if (isLegal(code)) continue;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
    throw new WindroseError("invalid-input", `A value has the character ${name}, which XML can't carry`);
  }
  return value.replace(/[&<>"'\t\n\r]/g, (character) => escapes[character]!);
}

/** An element of a document: small, ordered, and free of surprises from names such as `__proto__`. */
export class XmlElement {
  readonly attributes = new Map<string, string>();
  readonly children: (XmlElement | string)[] = [];

  constructor(
    public name: string,
    attributes: Readonly<Record<string, string>> = {},
    children: readonly (XmlElement | string)[] = [],
  ) {
    for (const [key, value] of Object.entries(attributes)) this.attributes.set(key, value);
    this.children.push(...children);
  }

  /** The elements within it, of this name or all. */
  elements(name?: string): XmlElement[] {
    return this.children.filter(
      (child): child is XmlElement => child instanceof XmlElement && (name === undefined || child.name === name),
    );
  }

  /** The first element along a path of names: `devices/disk`. */
  find(path: string): XmlElement | undefined {
    let element: XmlElement | undefined = this;
    for (const name of path.split("/")) element = element?.elements(name)[0];
    return element;
  }

  /** All elements at a path: `devices/disk`. */
  all(path: string): XmlElement[] {
    let elements: XmlElement[] = [this];
    for (const name of path.split("/")) elements = elements.flatMap((element) => element.elements(name));
    return elements;
  }

  /** An attribute of its own, or with a path of an element within: `attribute("type", "driver")`. */
  attribute(name: string, path?: string): string | undefined {
    return (path === undefined ? this : this.find(path))?.attributes.get(name);
  }

  /** Text directly in it, or in the element at a path; undefined where there is no such element. */
  text(path?: string): string | undefined {
    const element = path === undefined ? this : this.find(path);
    return element?.children.filter((child) => typeof child === "string").join("");
  }

  remove(child: XmlElement): void {
    const index = this.children.indexOf(child);
    if (index >= 0) this.children.splice(index, 1);
  }

  clone(): XmlElement {
    const copy = new XmlElement(this.name);
    for (const [name, value] of this.attributes) copy.attributes.set(name, value);
    for (const child of this.children) copy.children.push(typeof child === "string" ? child : child.clone());
    return copy;
  }
}

/** The document's text, with every value escaped. */
export function serializeXml(element: XmlElement): string {
  const attributes = [...element.attributes].map(([name, value]) => ` ${name}="${escapeXml(value)}"`).join("");
  if (element.children.length === 0) return `<${element.name}${attributes}/>`;
  const inner = element.children
    // Line ends between elements stay readable; escaping them matters in attributes alone.
    .map((child) =>
      typeof child === "string" ? (child.trim() === "" ? child : escapeXml(child)) : serializeXml(child),
    )
    .join("");
  return `<${element.name}${attributes}>${inner}</${element.name}>`;
}
