import type { StartHostOptions } from "../../lab/lab.js";

/**
 * `WINDROSE_TEST_HOST`: the host that the tests of the driver run against, other than the lab's usual one: "bullseye" and
 * "trixie" are other releases of Debian, "modular" has libvirt's modular daemons.
 */
export function variant(): Pick<StartHostOptions, "modular" | "release"> {
  switch (process.env.WINDROSE_TEST_HOST) {
    case "modular":
      return { modular: true };
    case "bullseye":
      return { release: "bullseye" };
    case "trixie":
      return { release: "trixie" };
    default:
      return {};
  }
}
