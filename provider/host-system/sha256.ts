import { createHash } from "node:crypto";

/** As sha256sum(1) prints it of the same bytes. */
export const sha256 = (content: Buffer | string): string => createHash("sha256").update(content).digest("hex");
