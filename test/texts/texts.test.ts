import { declareTexts } from "./declare";

/** Every text field that reaches a host: refused at check, or read back as it went in, and settled. */
describe("texts: all that a program can write", function () {
  this.timeout(3_600_000);
  declareTexts(Number(process.env.WINDROSE_TEXTS ?? 2000));
});
