import { WindroseError } from "../basics/errors";
import type { HostProfile } from "../host-system/profile";
import type { Driver } from "./driver";
import { type FeatureName, type Features, hasFeature } from "./features";
import { libvirt } from "./libvirt/index";

/** The drivers there are. The only file that names them. */
const drivers = new Map<string, Driver>([[libvirt.name, libvirt]]);

/** The driver of states and connections that name none: those from before there was a second one among them. */
export const defaultDriver = libvirt.name;

export function allDrivers(): readonly Driver[] {
  return [...drivers.values()];
}

/** What all drivers say of their hosts. */
export function hostProfiles(): readonly HostProfile[] {
  return allDrivers().map(({ host }) => host);
}

/** @throws WindroseError `unsupported` where this release has no such driver */
export function driverNamed(name: string): Driver {
  const driver = drivers.get(name);
  if (driver) return driver;
  throw new WindroseError("unsupported", `this release has no driver "${name}"`, {
    hint: `It has: ${[...drivers.keys()].join(", ")}.`,
  });
}

/** The driver whose URIs have this scheme (`qemu`), if any. */
export function driverOfScheme(scheme: string): Driver | undefined {
  return allDrivers().find((driver) => driver.schemes.includes(scheme));
}

/** The features behind a `__driver` of a state or of inputs; absent: the default driver's. */
export function featuresOf(name: unknown): Features {
  return driverNamed(typeof name === "string" ? name : defaultDriver).features;
}

/** Names of the drivers that have a feature. */
export function driversWith(feature: FeatureName): string[] {
  return allDrivers().flatMap(({ name, features }) => (hasFeature(features, feature) ? [name] : []));
}

/** For tests: adds a driver, until the function that it gives back is called. */
export function addDriver(driver: Driver): () => void {
  if (drivers.has(driver.name)) throw new Error(`there is a driver "${driver.name}" already`);
  drivers.set(driver.name, driver);
  return () => drivers.delete(driver.name);
}
