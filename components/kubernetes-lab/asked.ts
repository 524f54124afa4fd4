import * as pulumi from "@pulumi/pulumi";
import { Host } from "../../provider/index";
import type { KubernetesLabArgs, LabHostArgs, Transform } from "./arguments";
import type { Capacity } from "./capacity";
import type { Texts } from "./children";
import { textOrFile } from "./files";
import { hostAddress } from "./host-address";
import { type ClusterTexts, clusterTexts } from "./kubernetes/texts";
import { type LabPlan, plan } from "./plan";
import { PlanError, type Problem } from "./problems";

/** From a lab's arguments to its plan, and to the texts that its files hold. */

export function textsOf(name: string, { sshKeys, caCertificates = [], kubernetes }: KubernetesLabArgs): Texts {
  return {
    sshKeys: Array.isArray(sshKeys)
      ? sshKeys.map((key, index) => (typeof key === "string" ? textOrFile(key, `sshKeys[${index}]`).trim() : key))
      : sshKeys,
    caCertificates: caCertificates.map((text, index) => textOrFile(text, `caCertificates[${index}]`)),
    cluster: laterTexts(name, clusterTexts(kubernetes)),
  };
}

function laterTexts(name: string, texts: ClusterTexts): ClusterTexts {
  return texts.manifest === undefined ? texts : { ...texts, manifest: refusingLater(name, texts.manifest) };
}

export function planOf(name: string, args: KubernetesLabArgs, { sshKeys, caCertificates }: Texts): LabPlan {
  const { images, hosts } = args;
  const made = plan({
    ...args,
    hosts: Object.fromEntries(
      Object.entries(hosts).map(([key, host]) => [
        key,
        {
          ...host,
          capacity: declaredCapacity(host),
          address: hostAddress(key, host),
          ownNetwork: host.network !== undefined,
        },
      ]),
    ),
    name,
    project: pulumi.getProject(),
    stack: pulumi.getStack(),
    images: [
      ...new Set([...Object.keys(images), ...Object.values(hosts).flatMap((host) => Object.keys(host.images ?? {}))]),
    ],
    sshKeys: Array.isArray(sshKeys) ? sshKeys.map((key) => (typeof key === "string" ? key : undefined)) : [],
    caCertificates,
  });
  const missing = made.guests.filter(({ host, image }) => !hosts[host]?.images?.[image] && !images[image]);
  if (missing.length > 0) {
    throw new PlanError(
      missing.map(({ name, host, image }) => ({
        property: `guests.${name}.image`,
        reason: `its host "${host}" has no image "${image}": add it to the lab's \`images\``,
      })),
    );
  }
  if (args.kubernetes && args.check === false) {
    throw new PlanError([{ property: "check", reason: "is needed with `kubernetes`: nodes are made over ssh" }]);
  }
  if (args.network?.mode === "bridge") {
    throw new PlanError([
      { property: "network.mode", reason: '"bridge" can be planned, but there is no network of that mode to make yet' },
    ]);
  }
  return made;
}

/** What is said beside a host goes before what it is made with. */
function declaredCapacity({ host, capacity }: LabHostArgs): Capacity | undefined {
  const own = host instanceof Host ? undefined : host?.capacity;
  if (own === undefined || pulumi.Output.isInstance(own) || own instanceof Promise) return capacity;
  const { cpus, memory } = own;
  return {
    ...(typeof cpus === "number" ? { cpus } : {}),
    ...(typeof memory === "string" ? { memory } : {}),
    ...capacity,
  };
}

/** What the program's own function makes of a child's arguments. */
export function last<Args>(transform: Transform<Args> | undefined, args: Args, name: string): Args {
  return transform ? transform(args, name) : args;
}

/** What is wrong with the program, as Pulumi tells it. */
export function refusal(name: string, problems: readonly Problem[]): pulumi.RunError {
  const lines = problems.map(({ property, reason }) => `${property}: ${reason}`);
  const error = new pulumi.RunError(`KubernetesLab "${name}": ${lines.join("\n  ")}`);
  // It is the program's mistake, told without a stack. With one, the SDK inspects the error and all promises that it has
  // reached (cmd/run/error.js, defaultErrorMessage): most of a minute.
  error.stack = undefined;
  return error;
}

/** The same of what comes later. */
function refusingLater<T>(name: string, value: T | Promise<T> | undefined): T | Promise<T> | undefined {
  if (!(value instanceof Promise)) return value;
  return value.catch((error: unknown) => {
    throw error instanceof PlanError ? refusal(name, error.problems) : error;
  });
}
