import assert from "node:assert/strict";
import fc from "fast-check";
import { AnswerReader, answerOf } from "../../../provider/downloads/answer";
import { answerProblem, contentProblem } from "../../../provider/downloads/problems";
import { beginsAgain, goesOn, readValidator, validatorOf } from "../../../provider/downloads/resume";

const long = "Mon, 02 Jan 2023 03:04:05 GMT";
const date = "Tue, 03 Jan 2023 03:04:05 GMT";
const read = (text: string) => {
  const reader = new AnswerReader();
  const ends = text.split("\n").filter((line) => reader.add(line).lastLine);
  return { answer: reader.answer, ends: ends.length };
};

describe("what a server answers", () => {
  it("is read off the last of several answers", () => {
    const text = [
      'HTTP/1.1 302 Found\nlocation: http://b/\nETag: "no"\n',
      `HTTP/2 200 \nETag: "yes"\nLast-Modified: ${long}\nDate: ${date}\nContent-Length: 7\nContent-Type: Text/HTML; charset=x\n\n`,
    ].join("\n");
    const { answer, ends } = read(text);
    assert.equal(ends, 2);
    assert.deepEqual(answer, {
      status: 200,
      etag: '"yes"',
      lastModified: long,
      total: 7,
      start: undefined,
      endIsKnown: true,
      type: "text/html",
      encoding: undefined,
      location: undefined,
    });
  });

  it("is no answer where nothing is", () => {
    assert.equal(read("").answer, undefined);
    assert.equal(read("curl: (6) no such name").answer, undefined);
  });

  it("has no end that can be known without a length, pieces or HTTP/2", () => {
    const known = (version: string, headers = {}) => answerOf(200, version, headers).endIsKnown;
    assert.ok(!known("1.1") && !known("1.0"));
    assert.ok(
      known("2") && known("1.1", { "transfer-encoding": "chunked" }) && known("1.1", { "content-length": "0" }),
    );
  });

  it("tells a file from others by a strong ETag, or a Last-Modified that has settled", () => {
    const of = (headers: Record<string, string>) => validatorOf(answerOf(200, "1.1", { date, ...headers }));
    assert.equal(of({ etag: '"a"' })?.etag, '"a"');
    assert.equal(of({ "last-modified": long })?.lastModified, long);
    for (const none of [{}, { etag: 'W/"a"' }, { etag: "a" }, { etag: '"a\r\nX: y"' }, { "last-modified": date }]) {
      assert.equal(of(none as Record<string, string>), undefined, JSON.stringify(none));
    }
    assert.equal(validatorOf(answerOf(200, "1.1", { "last-modified": long })), undefined, "without a date");
    assert.equal(validatorOf(answerOf(206, "1.1", { etag: '"a"' })), undefined);
  });

  it("goes on with the very same file alone", () => {
    const known = { etag: '"a"', lastModified: long, total: 10 };
    const part = (headers = {}) => answerOf(206, "1.1", { "content-range": "bytes 5-9/10", date, ...headers });
    assert.ok(goesOn(part({ etag: '"a"' }), 5, known) && goesOn(part(), 5, undefined));
    assert.ok(goesOn(part({ "last-modified": long }), 5, { lastModified: long }));
    assert.ok(!goesOn(part({ "last-modified": date }), 5, { lastModified: long }));
    for (const other of [
      part(),
      part({ etag: '"b"' }),
      part({ "last-modified": "Sun, 01 Jan 2023 03:04:05 GMT" }),
      part({ etag: '"a"', "content-range": "bytes 5-9/11" }),
      part({ etag: '"a"', "content-range": "bytes 4-9/10" }),
      part({ etag: '"a"', "content-encoding": "gzip" }),
      answerOf(200, "1.1", { "content-length": "10", etag: '"a"' }),
      answerOf(416, "1.1", {}),
    ]) {
      assert.ok(!goesOn(other, 5, known) && beginsAgain(other, 5, known), JSON.stringify(other));
    }
    for (const status of [302, 403, 500]) assert.ok(!beginsAgain(answerOf(status, "1.1", {}), 5, known));
  });

  it("keeps what tells a file from others as it was, and reads nothing else", () => {
    fc.assert(
      fc.property(fc.nat(), (total) => {
        const known = { etag: '"a"', lastModified: undefined, total };
        assert.deepEqual(readValidator(JSON.stringify(known)), known);
      }),
    );
    for (const bad of ["", "{", "null", "[]", "{}", '{"total":3}', '{"etag":3}'])
      assert.equal(readValidator(bad), undefined);
  });

  it("is said in words", () => {
    const why = (status: number, location?: string, from = 0) =>
      answerProblem(answerOf(status, "1.1", { location }), from)?.why;
    assert.equal(why(200), undefined);
    assert.equal(why(206, undefined, 3), undefined);
    assert.match(why(206)!, /206/);
    assert.match(why(500)!, /answered with 500/);
    assert.match(why(302, "file:///etc/passwd")!, /redirects to file:/);
    assert.match(why(302, "http://x/")!, /too far/);
    assert.ok(!why(302, "ftp://me:hush@x/")!.includes("hush"));
  });
});

describe("a file that came whole", () => {
  const problem = (changes: object) =>
    contentProblem({
      address: "http://x/",
      answer: answerOf(200, "2", {}),
      size: 9,
      start: "",
      verified: false,
      packed: false,
      ...changes,
    })?.why;

  it("is refused where it is empty, a page, or may not be whole", () => {
    assert.equal(problem({}), undefined);
    assert.match(problem({ size: 0, verified: true })!, /empty/);
    for (const start of ["<html>", "\ufeff \n<!DOCTYPE HTML PUBLIC>"]) assert.match(problem({ start })!, /a page, not/);
    assert.match(problem({ answer: answerOf(200, "2", { "content-type": "application/json" }) })!, /json/);
    assert.match(problem({ answer: answerOf(200, "2", { "content-encoding": "gzip" }) })!, /gzip/);
    assert.equal(problem({ answer: answerOf(200, "2", { "content-encoding": "gzip" }), packed: true }), undefined);
    assert.match(problem({ answer: answerOf(200, "1.1", {}) })!, /how long/);
    assert.equal(problem({ answer: answerOf(200, "1.1", { "content-type": "text/html" }), verified: true }), undefined);
  });
});
