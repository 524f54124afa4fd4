import assert from "node:assert/strict";
import fc from "fast-check";
import { WindroseError } from "../../../provider/basics/errors";
import { answerOf } from "../../../provider/downloads/answer";
import { download, type Kept, type Question, type Store, type Way } from "../../../provider/downloads/download";
import { ifRange, type Validator } from "../../../provider/downloads/resume";

/** What a server does with one question. */
interface Act {
  /** Which content is under the address by then. */
  version: number;
  /** Bytes of the body that come before the connection is cut; undefined: all. */
  cut?: number;
  /** Whether it looks at `If-Range`, and knows ranges at all. */
  looks: boolean;
  ranges: boolean;
  tag: "etag" | "lastModified" | "none";
  status?: number;
}

const act: fc.Arbitrary<Act> = fc.record(
  {
    version: fc.nat({ max: 2 }),
    cut: fc.nat({ max: 12 }),
    looks: fc.boolean(),
    ranges: fc.boolean(),
    tag: fc.constantFrom("etag" as const, "lastModified" as const, "none" as const),
    status: fc.constantFrom(404, 416, 500, 206),
  },
  { requiredKeys: ["version", "looks", "ranges", "tag"] },
);

const day = (version: number) => `Mon, 0${version + 2} Jan 2023 03:04:05 GMT`;
const date = "Thu, 02 Feb 2023 03:04:05 GMT";

class Memory implements Store {
  bytes = "";
  validator: Validator | undefined;
  size = async () => this.bytes.length;
  keep = async (validator: Validator) => {
    this.validator = validator;
  };
  doubt = async () => {
    this.validator = undefined;
  };
  discard = async () => {
    [this.bytes, this.validator] = ["", undefined];
  };
}

/** A program that appends whatever comes, and so leaves all judgement to the loop; `skips`: as wget does with a 200. */
function wayOf(store: Memory, contents: readonly string[], acts: Act[], skips: boolean, dies?: number): Way {
  let tries = 0;
  return {
    store,
    address: "http://x/",
    reachHint: "",
    verified: false,
    async attempt({ from, validator }: Question, onAnswer) {
      const { version, cut, looks, ranges, tag, status } = acts.shift() ?? {
        version: 0,
        looks: true,
        ranges: true,
        tag: "etag",
      };
      const body = contents[version]!;
      const tags = { etag: `"${version}"`, lastModified: day(version), none: undefined };
      const asked = ifRange(validator);
      const part = from > 0 && ranges && (!looks || asked === undefined || asked === tags[tag]);
      const headers = {
        date,
        ...(tag === "etag" ? { etag: tags.etag } : {}),
        ...(tag === "lastModified" ? { "last-modified": tags.lastModified } : {}),
        "content-length": String(part ? body.length - from : body.length),
        ...(part ? { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` } : {}),
      };
      const answer = answerOf(status ?? (part ? (from < body.length ? 206 : 416) : 200), "1.1", headers);
      onAnswer(answer);
      await Promise.resolve();
      if (answer.status >= 400) return { kind: "failed", why: "an error" };
      const sent = part || skips ? body.slice(from) : body;
      const came = sent.slice(0, cut ?? sent.length);
      store.bytes += came;
      if (++tries === dies) throw new WindroseError(tries % 2 ? "connection-cut" : "aborted", "it died");
      return came.length < sent.length ? { kind: "cut", why: "the connection was cut" } : { kind: "whole", why: "" };
    },
    unwritten: async (why) => new WindroseError("no-space", why),
  };
}

describe("a download", () => {
  const time = () => ({ progress: () => undefined, deadline: Date.now() + 60_000 });
  const contents = ["aaaaaaaaa", "bbbbbbbbb", "cccccc"];

  it("brings one content whole or fails, whatever changes between its tries and runs", async () => {
    let [whole, failed] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(fc.array(act, { maxLength: 6 }), fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })),
          {
            minLength: 1,
            maxLength: 3,
          },
        ),
        fc.boolean(),
        async (runs, skips) => {
          const store = new Memory();
          for (const [acts, dies] of runs) {
            const kept: Kept = { size: store.bytes.length, validator: store.validator };
            try {
              await download(wayOf(store, contents, [...acts], skips, dies), kept, time());
            } catch (error) {
              assert.ok(
                error instanceof WindroseError && ["download-failed", "aborted", "connection-cut"].includes(error.code),
              );
              failed++;
              continue;
            }
            assert.ok(contents.includes(store.bytes), store.bytes);
            whole++;
            break;
          }
        },
      ),
      { numRuns: 5000 },
    );
    assert.ok(whole > 500 && failed > 500, `${whole} whole, ${failed} failed`);
  });
});
