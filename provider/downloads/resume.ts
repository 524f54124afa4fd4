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
 * know `If-Range` sends a part of any file: so the answer must itself name the file that is meant (RFC 9110, 15.3.7: an
 * `ETag` that the whole has, its parts have).
 */
export function goesOn(answer: Answer, from: number, known: Validator | undefined): boolean {
  if (answer.status !== 206 || answer.start !== from || answer.encoding !== undefined) return false;
  if (known?.total !== undefined && answer.total !== undefined && known.total !== answer.total) return false;
  if (known?.etag !== undefined) return answer.etag === known.etag;
  return known?.lastModified === undefined || answer.lastModified === known.lastModified;
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
