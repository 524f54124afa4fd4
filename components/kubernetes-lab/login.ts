import type { KubernetesLabArgs, LabCheckArgs } from "./arguments";

export type Login = Omit<LabCheckArgs, "timeout"> & { readonly user?: string };

/** The keys and the user for looking into guests. */
export function loginOf({ check = true, user }: Pick<KubernetesLabArgs, "check" | "user">): Login {
  const { timeout: _, ...keys } = typeof check === "boolean" ? {} : check;
  return user === undefined ? keys : { ...keys, user };
}
