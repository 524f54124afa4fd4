const maskText = "[secret]";

/** Replaces each of the secrets in a text, and each line of those that have several. */
export function masking(secrets: readonly string[]): (text: string) => string {
  const lines = secrets.flatMap((secret) => secret.split(/[\r\n]+/)).filter((line) => line.trim().length > 2);
  // The longest first: one may be a part of another.
  const all = [...new Set([...secrets, ...lines])].filter((secret) => secret !== "");
  all.sort((one, other) => other.length - one.length);
  return (text) => all.reduce((masked, secret) => masked.replaceAll(secret, maskText), text);
}

/** A line of a program's output as it may stand in a status line: no control characters, at most 200 characters. */
export function displayed(line: string): string {
  // By ECMA-48: a sequence begins with ESC [ and ends with a letter or another of 0x40 to 0x7e.
  const plain = line.replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, "").replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  return plain.trim().slice(0, 200);
}
