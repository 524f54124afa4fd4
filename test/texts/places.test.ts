import { declareTexts, whole } from "./declare";
import { places } from "./subjects/places";

/** Every text is refused at check, or read back as it went in, and settled. */
describe("texts of pools, networks, volumes, images and snapshots", function () {
  this.timeout(2 * 3_600_000);
  declareTexts(places, whole);
});
