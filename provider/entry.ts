import type * as pulumi from "@pulumi/pulumi";
import { WindroseError } from "./basics/errors";
import type { Kind } from "./lifecycle/schema";
import { definitions } from "./pulumi/definitions";
import { dynamicProvider } from "./pulumi/dynamic";

/**
 * What a state's `__provider` requires: `pulumi-windrose/entry`. States hold this path and this call; neither changes.
 */
export function resource(kind: string): pulumi.dynamic.ResourceProvider {
  if (!Object.hasOwn(definitions, kind))
    throw new WindroseError("state-too-new", `this release knows no resource "${kind}"`);
  return dynamicProvider(definitions[kind as Kind]);
}
