import { declareTexts, whole } from "./declare";
import { machines } from "./subjects/machines";

/** Every text is refused at check, or read back as it went in, and settled. */
describe("texts of a machine that runs", function () {
  this.timeout(2 * 3_600_000);
  declareTexts(machines.slice(0, 1), whole);
});
