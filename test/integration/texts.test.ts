import { declareTexts } from "../texts/declare";

/** A sample of `npm run test:texts`. */
describe("texts, a sample", function () {
  this.timeout(180_000);
  declareTexts(6);
});
