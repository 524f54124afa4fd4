/** Called in a `describe`: says after each of its tests, and of what it is given, how long all has taken so far. */
export function elapsed(): (line: string) => void {
  const since = Date.now();
  const say = (line: string) => console.log(`      [${Math.round((Date.now() - since) / 1000)} s] ${line}`);
  afterEach(function () {
    say(this.currentTest?.title ?? "");
  });
  return say;
}
