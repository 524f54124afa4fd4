import type { Answer } from "./answer";

/** What tells a file's content from any other under the same address. It is kept beside what came of the file. */
export interface Validator {
  readonly etag?: string;
  readonly lastModified?: string;
  /** Bytes of the whole file. */
  readonly total?: number;
}

/** Of the answer that the file's first bytes came with; undefined where nothing tells its content from another. */
export function validatorOf({ status, etag, lastModified, total }: Answer): Validator | undefined {
  if (status !== 200 || (etag ?? lastModified) === undefined) return undefined;
  return { etag, lastModified, total };
}

/** What `If-Range` asks for: the rest if the file is still the same, else the whole. */
export const ifRange = (validator: Validator | undefined) => validator?.etag ?? validator?.lastModified;

/**
 * Whether an answer to the question for the bytes from `from` on is the rest of the very same file. A server that does not
 * know `If-Range` sends a part of any file: what the answer says of the file is compared too.
 */
export function goesOn(answer: Answer, from: number, known: Validator | undefined): boolean {
  if (answer.status !== 206 || answer.start !== from || answer.encoding !== undefined) return false;
  const differs = (name: keyof Validator) =>
    known?.[name] !== undefined && answer[name] !== undefined && known[name] !== answer[name];
  return !differs("etag") && !differs("lastModified") && !differs("total");
}

/** Whether the answer to such a question says that there is nothing to go on from, so that the download begins again. */
export function beginsAgain(answer: Answer, from: number, known: Validator | undefined): boolean {
  if (answer.status === 416 || answer.status === 412) return true;
  return answer.status >= 200 && answer.status < 300 && !goesOn(answer, from, known);
}

/** A validator as it was kept; undefined where it is none. */
export function readValidator(text: string): Validator | undefined {
  try {
    const { etag, lastModified, total } = JSON.parse(text) as Record<string, unknown>;
    const validator = {
      etag: typeof etag === "string" ? etag : undefined,
      lastModified: typeof lastModified === "string" ? lastModified : undefined,
      total: typeof total === "number" ? total : undefined,
    };
    return (validator.etag ?? validator.lastModified) === undefined ? undefined : validator;
  } catch {
    return undefined;
  }
}
