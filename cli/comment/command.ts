import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { isRecord } from "../../provider/basics/record";
import { ForgeRefused, type Surroundings, UnreadableInput, WrongUsage } from "../usage";
import { type Comment, type Forge, forgeOf } from "./forges";

export const usage = `windrose comment [FILE] --marker TEXT

Puts Markdown (FILE, or - or nothing for standard input) on the pull request (GitHub Actions) or merge request (GitLab CI)
whose job this is: one comment, found by its hidden marker, which is written the first time and updated from then on.

  --marker TEXT        tells it from others: letters, digits, spaces and . _ / - (one for each stack)

GitHub Actions: GITHUB_TOKEN with \`pull-requests: write\`. With another token than the job's own, WINDROSE_COMMENT_AUTHOR is
the login that it writes as. GitLab CI: GITLAB_TOKEN, a project access token with the scope \`api\`.

Exit codes: 0 done, 1 the forge refused it or was not reached, 2 wrong usage.
`;

/** Longest wait for one answer: milliseconds. */
const patience = 30_000;
/** Most pages of comments that are looked through, of 100 each. */
const mostPages = 100;

/** @throws WrongUsage, UnreadableInput, ForgeRefused */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const { file, marker } = parse(argv);
  const forge = forgeOf(around.environment);
  const text = file === "-" ? await around.stdin() : await read(file);
  const body = `${marker}\n${text}`;
  const author = forge.author ?? (await whoAmI(forge));
  const mine = await find(forge, marker, author);
  if (mine?.body === body) return 0;
  if (mine) await call(forge, forge.updateMethod, forge.comment(mine.id), { body });
  else await call(forge, "POST", forge.comments, { body });
  return 0;
}

function parse(argv: readonly string[]): { file: string; marker: string } {
  const { values, positionals } = options(argv);
  if (positionals.length > 1) throw new WrongUsage("more than one file is given");
  if (values.marker === undefined) throw new WrongUsage("--marker is required");
  if (!/^[\w ./-]{1,200}$/.test(values.marker) || values.marker.includes("--"))
    throw new WrongUsage("--marker has letters, digits, spaces and . _ / - alone, and no two hyphens together");
  return { file: positionals[0] ?? "-", marker: `<!-- windrose: ${values.marker} -->` };
}

function options(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: { marker: { type: "string" } } });
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}

function read(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: Error) => {
    throw new UnreadableInput(error.message);
  });
}

/** Ours alone: a comment of somebody else with our marker is theirs. */
async function find(forge: Forge, marker: string, author: string): Promise<Comment | undefined> {
  for (let page = 1; page <= mostPages; page++) {
    const entries = await call(forge, "GET", `${forge.comments}?per_page=100&page=${page}`);
    if (!Array.isArray(entries)) throw new ForgeRefused("the list of comments is none");
    for (const entry of entries.filter(isRecord)) {
      const found = forge.read(entry);
      if (found?.author === author && found.body.split(/\r?\n/)[0] === marker) return found;
    }
    if (entries.length < 100) return undefined;
  }
  throw new ForgeRefused(`there are more than ${mostPages * 100} comments`);
}

async function whoAmI(forge: Forge): Promise<string> {
  const user = await call(forge, "GET", forge.whoAmI!);
  if (!isRecord(user) || typeof user.username !== "string")
    throw new ForgeRefused("it does not say whose the token is");
  return user.username;
}

async function call(forge: Forge, method: string, address: string, body?: object): Promise<unknown> {
  const what = `${method} ${new URL(address).pathname}`;
  let status: number;
  let text: string;
  try {
    const response = await fetch(address, {
      method,
      // With a token in its headers a request must not follow to another place.
      redirect: "error",
      signal: AbortSignal.timeout(patience),
      headers: { ...forge.headers, "user-agent": "windrose", ...(body && { "content-type": "application/json" }) },
      body: body && JSON.stringify(body),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    const cause = (error as Error).cause;
    throw new ForgeRefused(`${what}: ${cause instanceof Error ? cause.message : (error as Error).message}`);
  }
  if (status < 200 || status > 299) throw new ForgeRefused(`${what}: the answer is ${status}${reason(text)}`);
  try {
    return JSON.parse(text);
  } catch {
    throw new ForgeRefused(`${what}: the answer is no JSON`);
  }
}

/** What GitHub and GitLab say of a refusal: one line of it. */
function reason(text: string): string {
  try {
    const { message, error } = JSON.parse(text) as { message?: unknown; error?: unknown };
    const said = message ?? error;
    return said === undefined ? "" : `, ${JSON.stringify(said).slice(0, 200)}`;
  } catch {
    return "";
  }
}
