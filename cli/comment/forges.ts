import { readFileSync } from "node:fs";
import { isRecord } from "../../provider/basics/record";
import { type Surroundings, WrongUsage } from "../usage";

type Environment = Surroundings["environment"];

export interface Comment {
  readonly id: string;
  readonly body: string;
  readonly author: string;
}

/** What a forge's interface has to say of the comments on one pull or merge request. */
export interface Forge {
  /** Address of the list, and where a new comment goes. */
  readonly comments: string;
  /** Address of one comment. */
  comment(id: string): string;
  readonly updateMethod: "PATCH" | "PUT";
  readonly headers: Readonly<Record<string, string>>;
  /** undefined: no comment but one of a person, or of something else. */
  read(entry: Readonly<Record<string, unknown>>): Comment | undefined;
  /** Who it is that writes; where it is not known, `whoAmI` is the address that says so. */
  readonly author?: string;
  readonly whoAmI?: string;
}

/** The forge whose job this process runs in. @throws WrongUsage */
export function forgeOf(environment: Environment): Forge {
  if (environment.GITHUB_ACTIONS === "true") return github(environment);
  if (environment.GITLAB_CI === "true") return gitlab(environment);
  throw new WrongUsage(
    "this is not a job of GitHub Actions or GitLab CI: neither GITHUB_ACTIONS nor GITLAB_CI is `true`",
  );
}

/** https://docs.github.com/en/rest/issues/comments: a pull request's comments are those of its issue. */
function github(environment: Environment): Forge {
  const api = needed(environment, "GITHUB_API_URL").replace(/\/+$/, "");
  const repository = needed(environment, "GITHUB_REPOSITORY");
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) throw new WrongUsage("GITHUB_REPOSITORY is no OWNER/NAME");
  const issues = `${api}/repos/${repository}/issues`;
  return {
    comments: `${issues}/${pullRequest(environment)}/comments`,
    comment: (id) => `${issues}/comments/${id}`,
    updateMethod: "PATCH",
    headers: {
      authorization: `Bearer ${token(environment, "GITHUB_TOKEN")}`,
      accept: "application/vnd.github+json",
      "x-github-api-version": "2022-11-28",
    },
    read: (entry) => commentOf(entry, entry.user, "login"),
    // The job's own token can't ask who it is; its comments are this one's.
    author: environment.WINDROSE_COMMENT_AUTHOR || "github-actions[bot]",
  };
}

function pullRequest(environment: Environment): number {
  const path = needed(environment, "GITHUB_EVENT_PATH");
  let event: unknown;
  try {
    event = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new WrongUsage(`the event of this job can't be read: ${(error as Error).message}`);
  }
  const request = isRecord(event) ? event.pull_request : undefined;
  const number = isRecord(request) ? request.number : undefined;
  if (!Number.isSafeInteger(number)) throw new WrongUsage("this job's event is about no pull request");
  return number as number;
}

/** https://docs.gitlab.com/api/notes/: a job's own token (CI_JOB_TOKEN) can't write notes. */
function gitlab(environment: Environment): Forge {
  const api = needed(environment, "CI_API_V4_URL").replace(/\/+$/, "");
  const project = digits(environment, "CI_PROJECT_ID");
  const notes = `${api}/projects/${project}/merge_requests/${digits(environment, "CI_MERGE_REQUEST_IID")}/notes`;
  return {
    comments: notes,
    comment: (id) => `${notes}/${id}`,
    updateMethod: "PUT",
    headers: { "private-token": token(environment, "GITLAB_TOKEN") },
    read: (entry) => (entry.system === true ? undefined : commentOf(entry, entry.author, "username")),
    whoAmI: `${api}/user`,
  };
}

function commentOf(entry: Readonly<Record<string, unknown>>, user: unknown, name: string): Comment | undefined {
  if (!Number.isSafeInteger(entry.id) || typeof entry.body !== "string" || !isRecord(user)) return undefined;
  return { id: String(entry.id), body: entry.body, author: String(user[name]) };
}

function needed(environment: Environment, name: string): string {
  const value = environment[name];
  if (!value) throw new WrongUsage(`${name} is not set`);
  return value;
}

/** What fetch refuses as a header's value it repeats in its error. */
function token(environment: Environment, name: string): string {
  const value = needed(environment, name).trim();
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new WrongUsage(`${name} is not a token: it has blanks or other invalid characters`);
  return value;
}

function digits(environment: Environment, name: string): string {
  const value = needed(environment, name);
  if (!/^\d{1,19}$/.test(value)) throw new WrongUsage(`${name} is not a number`);
  return value;
}
