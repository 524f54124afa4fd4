import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

const archives = resolve(__dirname, "../upgrade");

/**
 * Unpacks the package as it was built earlier, so that a program below `directory` finds it before the checkout's own.
 *
 * @returns the package's folder
 */
export async function unpackEarlier(name: string, directory: string): Promise<string> {
  const place = join(directory, "node_modules/pulumi-windrose");
  await mkdir(place, { recursive: true });
  const archive = join(archives, `${name}.tar.xz`);
  await promisify(execFile)("tar", ["-xJf", archive, "-C", place, "--strip-components=1"], { timeout: 60_000 });
  return place;
}
