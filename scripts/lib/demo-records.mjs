/**
 * The demos that there are. Each has a directory of its own, with target.json in it: where it runs, when it was tried, and
 * when it came up. It is there before anything is made, so that nothing is left that nobody knows of.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeOwned } from "./demo-root.mjs";
import { Told } from "./steps.mjs";

const file = "target.json";

/** A URI for people: what stands behind the question mark is long, and for libvirt alone. */
export const shortUri = (uri) => uri.replace(/\?.*$/, "");

export const nameOf = ({ id, host }) => {
  if (id === "lab") return "the test lab";
  return host ? shortUri(host) : `a host of an earlier try (${id})`;
};

async function readRecord(directory, id) {
  try {
    return { id, ...JSON.parse(await readFile(join(directory, id, file), "utf8")) };
  } catch (error) {
    // The lab is always the same one, and a stack can be taken down without its host's name.
    if (error.code === "ENOENT" || error instanceof SyntaxError) return { id };
    if (error.code === "EACCES" && id === "lab") return { id };
    throw error.code === "EACCES" ? new Told(`${error.path} is another user's; chown it, or be that user.`) : error;
  }
}

/**
 * @param {string} directory where the demos are
 * @returns {Promise<{id: string, host?: string, image?: string, user?: string, tried?: string, up?: string,
 *   guests?: string[], jump?: string[]}[]>} the one that commands go to first; times in ISO 8601
 */
export async function readRecords(directory) {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const ids = entries.filter((entry) => entry.isDirectory() && /^(lab|host-[0-9a-f]+)$/.test(entry.name));
  const records = await Promise.all(ids.map(({ name }) => readRecord(directory, name)));
  const rank = ({ up = "", tried = "" }) => `${up || "0"} ${tried}`;
  return records.sort((one, other) => (rank(one) < rank(other) ? 1 : -1));
}

/** Sets members of a target's record, and makes its directory if need be. */
export async function writeRecord(directory, values) {
  const parent = dirname(directory);
  await makeOwned(parent);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const before = await readFile(join(directory, file), "utf8").then(JSON.parse, () => ({}));
  await writeFile(join(directory, file), JSON.stringify({ ...before, ...values }));
  // An earlier release's note of the last target; the records have taken its place.
  await rm(join(parent, "last.json"), { force: true });
}

/**
 * Those of `records` that the options name; without options all of them. The first is the one that came up last.
 *
 * @param {{host?: string, lab?: boolean}} options
 */
export function chosen(records, { host, lab }) {
  if (lab) return [records.find(({ id }) => id === "lab") ?? { id: "lab" }];
  if (records.length === 0) throw new Told("There is no demo yet: npm run demo");
  if (!host) return records;
  const exact = records.filter((record) => record.host === host);
  const found = exact.length > 0 ? exact : records.filter((record) => record.host && shortUri(record.host) === host);
  if (found.length === 0)
    throw new Told(`There is no demo on ${shortUri(host)}, but on ${records.map(nameOf).join(" and on ")}.`);
  return found;
}

/** What to write behind a command so that it means just this one; empty where there is no other. */
export function choiceOf(records, { id, host }) {
  if (records.every((record) => record.id === id)) return "";
  if (id === "lab") return " --lab";
  if (!host) return "";
  const short = shortUri(host);
  const alike = records.filter((record) => record.host && shortUri(record.host) === short).length > 1;
  return alike ? ` --host '${host}'` : ` --host ${short}`;
}
