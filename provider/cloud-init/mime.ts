import { createHash } from "node:crypto";

export interface UserDataPart {
  type: string;
  content: string;
  /** cloud-init's way of merging this part with those before it (its header `Merge-Type`). */
  mergeType?: string;
}

/** First words of user data and what cloud-init takes them for (cloudinit/handlers/__init__.py, INCLUSION_TYPES_MAP). */
const KINDS: readonly (readonly [string, string])[] = [
  ["#!", "text/x-shellscript"],
  ["## template: jinja", "text/jinja2"],
  ["#include-once", "text/x-include-once-url"],
  ["#include", "text/x-include-url"],
  ["#cloud-config-archive", "text/cloud-config-archive"],
  ["#cloud-config-jsonp", "text/cloud-config-jsonp"],
  ["#cloud-config", "text/cloud-config"],
  ["#cloud-boothook", "text/cloud-boothook"],
  ["#part-handler", "text/part-handler"],
];
const MIME = "multipart/mixed";

/** The content type of user data, or nothing where cloud-init would not know it either. */
export function contentType(text: string): string | undefined {
  const start = text.trimStart().slice(0, 64).toLowerCase();
  if (start.startsWith("content-type:") || start.startsWith("mime-version:")) return MIME;
  return KINDS.find(([prefix]) => start.startsWith(prefix))?.[1];
}

export function isCloudConfig(text: string): boolean {
  return contentType(text) === "text/cloud-config";
}

/** One MIME message of several parts (RFC 2046 5.1). Its boundary follows from the parts and is in none of them. */
export function multipart(parts: readonly UserDataPart[]): string {
  const boundary = boundaryOf(parts);
  const lines = [`Content-Type: multipart/mixed; boundary="${boundary}"`, "MIME-Version: 1.0", ""];
  for (const part of parts) {
    lines.push(`--${boundary}`);
    // A message of theirs is a part as it stands: its own headers, then its parts.
    if (part.type === MIME) lines.push(part.content.trimStart());
    else {
      lines.push(`Content-Type: ${part.type}; charset="utf-8"`, "Content-Transfer-Encoding: 8bit", "MIME-Version: 1.0");
      if (part.mergeType) lines.push(`Merge-Type: ${part.mergeType}`);
      lines.push("", part.content);
    }
  }
  lines.push(`--${boundary}--`, "");
  return lines.join("\n");
}

function boundaryOf(parts: readonly UserDataPart[]): string {
  for (let round = 0; ; round++) {
    const hash = createHash("sha256").update(String(round));
    for (const part of parts) hash.update(part.content);
    const boundary = `part-${hash.digest("hex").slice(0, 32)}`;
    if (!parts.some((part) => part.content.includes(boundary))) return boundary;
  }
}
