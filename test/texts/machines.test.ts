import { declareTexts, whole } from "./declare";
import { machines } from "./subjects/machines";
import { plugged } from "./subjects/places";

/** Every text is refused at check, or read back as it went in, and settled. */
describe("texts of machines that are off", function () {
  this.timeout(2 * 3_600_000);
  declareTexts([...machines.slice(1), ...plugged], whole);
});
