/**
 * Called in a `describe` each of whose tests stands on the one before: after one that failed the rest is skipped. (mocha's
 * own bail would stop at a failure of another file as well.)
 */
export function inOrder(): void {
  let broken = false;
  beforeEach(function () {
    if (broken) this.skip();
  });
  afterEach(function () {
    if (this.currentTest?.state === "failed") broken = true;
  });
}
