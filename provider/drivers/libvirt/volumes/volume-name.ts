import { WindroseError } from "../../../basics/errors";
import { isPartial } from "../../../host-system/downloads/partial-names";

/** A name that is one file of a directory, in words of no shell and no listing that it could confuse. */
export function checkName(name: string): string {
  if (name === "" || name === "." || name === ".." || /[/\u0000-\u001f]/.test(name) || Buffer.byteLength(name) > 200) {
    throw new WindroseError("invalid-input", `${JSON.stringify(name.slice(0, 250))} is not the name of a volume`);
  }
  if (isPartial(name)) {
    throw new WindroseError("invalid-input", `${JSON.stringify(name)} is the name of an unfinished volume`);
  }
  return name;
}
