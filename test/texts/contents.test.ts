import { declareTexts, whole } from "./declare";
import { contents } from "./subjects/contents";

/** Every text is refused at check, or read back as it went in, and settled. */
describe("texts of seeds, files and commands", function () {
  this.timeout(2 * 3_600_000);
  declareTexts(contents, whole);
});
