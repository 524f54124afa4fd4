import { declareTexts } from "../texts/declare";
import { subjects } from "../texts/subjects";

/** A sample of `npm run test:texts`. */
describe("texts, a sample", function () {
  this.timeout(180_000);
  declareTexts(subjects, 6);
});
