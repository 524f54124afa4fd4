import { textOrFile } from "../files";
import { manifestText } from "./manifest";
import type { KubernetesRequest } from "./request";

/** Texts that were files, or elsewhere, are texts here. */
export interface ClusterTexts {
  readonly manifest?: string | Promise<string>;
  /** The key of a repository of packages. */
  readonly key?: string;
}

/** @throws PlanError on the property of a file that can't be read */
export function clusterTexts(request: KubernetesRequest | undefined): ClusterTexts {
  const { network, source } = request ?? {};
  return {
    ...(network?.plugin === "manifest" && typeof network.manifest === "string"
      ? { manifest: manifestText(network) }
      : {}),
    ...(source?.from === "packages" && typeof source.key === "string"
      ? { key: textOrFile(source.key, "kubernetes.source.key") }
      : {}),
  };
}
