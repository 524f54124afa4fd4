import type { Claim } from "./claims";

/**
 * Directories that guests may use beside what libvirt finds out itself: lines in the local parts of AppArmor's profiles,
 * between marks of ours (gitlab.com/apparmor/apparmor/-/wikis/AppArmor_in_the_distribution; libvirt's src/security/apparmor).
 */
export const guestProfile = "/etc/apparmor.d/local/abstractions/libvirt-qemu";
export const helperProfile = "/etc/apparmor.d/local/usr.lib.libvirt.virt-aa-helper";
/** The profile that includes the helper's local part; guests' own are loaded anew at each start. */
export const helperMain = "/etc/apparmor.d/usr.lib.libvirt.virt-aa-helper";
export const profiles = [guestProfile, helperProfile] as const;

const begin = "# windrose: begin";
const end = "# windrose: end";

/** The text with our lines as the claims have them; `text` undefined: there is no file. */
export function profileText(text: string | undefined, claims: readonly Claim[], profile: string): string {
  const paths = claims.filter((claim) => claim.kind === "apparmor").map((claim) => claim.name);
  const block = profileBlock(paths, profile);
  const old = text ?? "";
  const from = old.indexOf(`${begin}\n`);
  const to = old.indexOf(`${end}\n`, from);
  const rest = from < 0 || to < 0 ? old : old.slice(0, from) + old.slice(to + end.length + 1);
  if (block === "") return rest;
  return `${rest}${rest === "" || rest.endsWith("\n") ? "" : "\n"}${block}`;
}

function profileBlock(paths: readonly string[], profile: string): string {
  if (paths.length === 0) return "";
  const rights = profile === guestProfile ? "rwk" : "r";
  const lines = [...paths].sort().flatMap((path) => [`"${path}/" r,`, `"${path}/**" ${rights},`]);
  return [begin, ...lines, end, ""].join("\n");
}

/** Whether a path's lines are in the text. */
export function allows(text: string | undefined, path: string): boolean {
  return (text ?? "").split("\n").some((line) => line.startsWith(`"${path}/**" `));
}
