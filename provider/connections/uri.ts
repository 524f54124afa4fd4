import { WindroseError } from "../basics/errors";
import { allDrivers, driverOfScheme } from "../drivers/registry";
import type { SshConnection } from "../transports/transport";
import type { uriParameters } from "./connection-fields";

/** Where a connection leads. */
export interface Target {
  /** Name of the driver. */
  readonly driver: string;
  /** `qemu:///system`, as tools on the host itself have it. */
  readonly uri: string;
  readonly ssh?: SshConnection;
}

/**
 * A hypervisor's URI, for all drivers in the form that libvirt's have (libvirt.org/uri.html):
 * `qemu+ssh://user@host:port/system?keyfile=…&known_hosts=…`.
 */
export function fromUri(text: string): Target {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new WindroseError("invalid-input", `not a hypervisor's URI: ${text.replace(/\/\/.*@/, "//…@")}`, {
      hint: `Write ${exampleUris()}.`,
    });
  }
  const [scheme = "", transport] = url.protocol.replace(/:$/, "").split("+");
  const driver = driverOfScheme(scheme);
  if (!driver)
    throw new WindroseError("unsupported", `no driver for ${url.protocol}//`, { hint: `Write ${exampleUris()}.` });
  if (url.password)
    throw new WindroseError("invalid-input", "a password can't stand in a hypervisor's URI", {
      hint: "Write an object in `windrose:hosts`, with the password as a secret.",
    });
  const uri = driver.uri(scheme, url.pathname);
  if (transport === undefined || transport === "unix") {
    if (url.hostname)
      throw new WindroseError(
        "invalid-input",
        `${url.protocol}// with a host needs a transport: ${scheme}+ssh://${url.hostname}${url.pathname}`,
      );
    return { driver: driver.name, uri };
  }
  if (transport !== "ssh")
    throw new WindroseError("unsupported", `the transport "${transport}" is not supported`, {
      hint: `Use ${scheme}+ssh://, which is encrypted and checked by the host's key.`,
    });
  const parameter = (name: keyof typeof uriParameters) => url.searchParams.get(name) ?? undefined;
  const sudo = parameter("sudo");
  if (parameter("no_verify") === "1")
    throw new WindroseError("unsupported", "host keys are always checked: `no_verify` is not supported", {
      hint: "Give the host's key by `known_hosts=PATH`, or as `hostKey` in an object.",
    });
  return {
    driver: driver.name,
    uri,
    ssh: {
      address: decodeURIComponent(url.hostname.replace(/^\[|\]$/g, "")),
      port: url.port ? Number(url.port) : undefined,
      user: url.username ? decodeURIComponent(url.username) : undefined,
      identityFile: parameter("keyfile"),
      knownHosts: parameter("known_hosts"),
      sudo: sudo === undefined ? undefined : sudo === "1",
    },
  };
}

/** One of each driver, for hints. */
function exampleUris(): string {
  return allDrivers()
    .map(({ hints }) => `\`${hints.exampleUri}\``)
    .join(" or ");
}
