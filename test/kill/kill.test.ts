import { killed } from "../e2e/kill";

describe("kill -9 in the middle, twenty times", function () {
  const times = Number(process.env.WINDROSE_KILLS ?? 20);
  this.timeout(times * 240_000);
  it("converges, leaves nothing over and makes nothing twice", () =>
    killed(times, (text) => console.log(`      ${text}`)));
});
