import { z } from "zod";
import { endsWithReturn } from "../../basics/texts";
import { hostProfiles } from "../../drivers/registry";
import { canonicalSubnet } from "../../host-system/preparation/firewall";
import type { SettingValue } from "../../host-system/preparation/model";
import { groupNames } from "../../host-system/preparation/packages";
import { contentOf } from "../../lifecycle/schema";

/** What may stand in the preparation's fields: all of it becomes a name or a line on the host, so all of it is bounded. */

const named = (pattern: RegExp, says: string) => z.string().regex(pattern, says);

/** A dictionary of at most 256 entries; a key that is refused is named. */
function dictionary<T extends z.ZodType>(key: z.ZodType<string, string>, value: T) {
  return z.record(key, value).refine((all) => Object.keys(all).length <= 256, "has more than 256 entries");
}

/** What packages are for, by the names that programs use. */
export const packageGroups = [...new Set(hostProfiles().flatMap(({ packages }) => groupNames(packages)))];

const packageName = named(
  // Behind a name, `-` is apt's sign to remove what it is to install.
  /^[A-Za-z0-9](?:[A-Za-z0-9@+._:~-]{0,126}[A-Za-z0-9@+._:~])?$/,
  "is not a package name: letters, digits and `@+._:~-`, not ending in `-`",
);
export const packages = z.union([z.enum(["auto", "none"]), z.array(packageName).max(256)]);
export const packageNames = dictionary(packageName, packageName);

const serviceName = named(/^[A-Za-z0-9][A-Za-z0-9:_.@-]{0,127}$/, "is not the name of a systemd unit").refine(
  (name) => !/@(\.[a-z]+)?$/.test(name),
  "is a template of units: name one of it, as `getty@tty1`",
);
export const services = z.union([
  z.array(serviceName).max(256),
  dictionary(serviceName, z.strictObject({ enabled: z.boolean().optional(), running: z.boolean().optional() })),
]);

const accountName = named(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, "is not a user or group name");
export const users = dictionary(accountName, z.array(accountName).min(1).max(64));

const sysctlName = named(
  /^[A-Za-z0-9_-]+([./][A-Za-z0-9_:@-]+)+$/,
  "is not the name of a kernel parameter, such as `net.ipv4.ip_forward`; a dot within a part is written as /",
);
export const sysctl = dictionary(
  sysctlName,
  z
    .union([z.string().min(1).max(1024), z.number().int()])
    .transform((value) => String(value).trim())
    .pipe(z.string().regex(/^[\x20-\x7e\t]+$/, "must be one line of plain text")),
);

export const moduleName = named(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/, "is not the name of a module").transform((name) =>
  name.replaceAll("-", "_"),
);

export const subnet = z.string().transform((text, context) => {
  const canonical = canonicalSubnet(text);
  if (canonical !== undefined) return canonical;
  context.addIssue({ code: "custom", message: "is not a subnet, such as `172.17.2.0/24`" });
  return z.NEVER;
});

const plainPath = named(
  /^(\/(?!\.{1,2}(\/|$))[^/\u0000-\u001f\u007f]{1,255})+$/,
  "is not an absolute path without `.`, `..` and a slash at its end",
).max(2048);
/** Paths of the kernel, or of files that the provider writes from all claims. */
const ownPaths =
  /^\/(proc|sys|dev|(var\/)?run\/windrose[^/]*|var\/lib\/windrose|etc\/(windrose|sysctl\.d\/90-windrose\.conf|modules-load\.d\/windrose\.conf|systemd\/system\/windrose-[^/]*))(\/|$)/;

const path = plainPath.refine((text) => !ownPaths.test(text), "is a path of the kernel or of the provider");
export const files = dictionary(
  path,
  z.strictObject({
    content: contentOf(
      1024 * 1024,
      "put it on the host by other means",
    )(z).refine(
      (text) => !(text.startsWith("#!") && endsWithReturn(text)),
      "is a script whose first line ends with a carriage return, so that nothing can run it: end its lines with `\\n` alone",
    ),
    mode: z
      .string()
      .regex(/^[0-7]{3,4}$/, "is not a mode, such as `0644`")
      .transform((text) => text.padStart(4, "0"))
      .optional(),
    owner: z
      .string()
      .regex(
        /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,31})?$/,
        "is not an owner, such as `root:root`",
      )
      .transform((text) => (text.includes(":") ? text : `${text}:${text}`))
      .optional(),
    adopt: z.boolean().optional(),
  }),
);

const settingValue = z
  .union([
    z.string().max(4096),
    z.number().int(),
    z.boolean(),
    z.array(z.union([z.string(), z.number().int()])).max(256),
  ])
  .refine(
    (value) => hostProfiles().some(({ settings }) => settings?.literalOf(value as SettingValue) !== undefined),
    "can't stand in a file of libvirt: both quotes, or a line's end",
  );
export const libvirt = dictionary(
  named(/^[a-z][a-z0-9-]{0,40}\.conf$/, "is not a file of /etc/libvirt, such as `network.conf`"),
  dictionary(named(/^[A-Za-z][A-Za-z0-9_]{0,63}$/, "is not the name of a setting"), settingValue),
);

export const guestPath = plainPath.refine(
  (text) => /^[A-Za-z0-9 _+,.:=%/-]+$/.test(text),
  "holds signs that mean something to AppArmor",
);
