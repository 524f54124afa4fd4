import type * as pulumi from "@pulumi/pulumi";
import { definitions } from "./definitions";
import { dynamicProvider } from "./dynamic";
import { WindroseError } from "./errors";
import type { Kind } from "./schema";

/**
 * What a state's `__provider` requires: `pulumi-windrose/entry`. States hold this path and this call; neither changes.
 */
export function resource(kind: string): pulumi.dynamic.ResourceProvider {
  if (!Object.hasOwn(definitions, kind))
    throw new WindroseError("state-too-new", `this release knows no resource "${kind}"`);
  return dynamicProvider(definitions[kind as Kind]);
}
