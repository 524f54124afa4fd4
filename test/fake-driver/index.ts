import type { Driver } from "../../provider/drivers/driver";
import { addDriver } from "../../provider/drivers/registry";
// It names the packages of all drivers as it is loaded: those of a release, for whatever test comes after.
import "../../provider/resources/host/types";
import { features } from "./features";
import { WindsHypervisor } from "./hypervisor";
import { winds as host } from "./profile";

/**
 * A whole driver in memory, with other features than libvirt's. Generic rules are tried with both. It is registered by tests
 * alone.
 */
export const winds: Driver<typeof features> = {
  name: "winds",
  schemes: ["winds"],
  features,
  uri: (scheme, path) => `${scheme}://${path || "/aeolia"}`,
  hints: {
    unavailable: "Check on the host that the winds blow.",
    stuck: (uri, machine) => `Look at it with \`winds -c ${uri} look ${machine}\``,
    exampleUri: "winds+ssh://root@ADDRESS/aeolia",
  },
  host,
  open: (transport, uri) => new WindsHypervisor(transport, uri),
};

/** Registers it for the tests of a suite. */
export function withWinds(): void {
  let remove: () => void;
  before(() => {
    remove = addDriver(winds);
  });
  after(() => remove());
}
