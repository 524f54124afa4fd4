import { killed } from "./kill";

describe("kill -9 in the middle", function () {
  // A small sample; `npm run test:kill` makes twenty.
  const times = Number(process.env.WINDROSE_KILLS ?? 1);
  this.timeout(600_000 + times * 180_000);
  it(`converges after ${times} kills of up and ${times} of destroy`, () =>
    killed(times, (text) => console.log(`      ${text}`)));
});
