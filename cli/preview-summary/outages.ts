import type { Clash, Loss, Outage } from "../../provider/lifecycle/consequences";
import type { Lasts, Work } from "../../provider/lifecycle/interruption";
import { code } from "./markdown";

/** The words for what a change takes away: the one place that has them. All are Markdown. */

const works: Readonly<Record<Work, string>> = {
  restart: "it restarts",
  rollback: "it is rolled back",
  upgrade: "it is upgraded",
  "machine-restart": "its machine restarts",
};

const spans: Readonly<Record<Extract<Lasts, string>, string>> = {
  "for-a-moment": "for a moment",
  "for-good": "for good",
  "until-recreated": "until it is recreated",
  "until-rejoined": "until it has joined again",
  "until-in-new-cluster": "until it has joined the new cluster",
  "switched-off": "switched off",
  paused: "stands still",
  "cable-out": "its cable is out",
};

/** What stops working, and for how long: `boreas`, while it restarts. */
export function outageWords(outage: Outage): string {
  const { lasts } = outage;
  const drained = outage.what === "node" && outage.drained;
  if (typeof lasts === "string")
    return `${thing(outage)},${drained ? " drained before," : ""} ${spans[lasts]}${users(outage)}`;
  const all = lasts.while.map((work) => works[work]).join(" and ");
  return `${thing(outage)},${drained ? " drained" : ""} while ${all}${users(outage)}`;
}

function thing(outage: Outage): string {
  switch (outage.what) {
    case "machine":
      return machine(outage.name);
    case "interface":
      return `interface ${code(outage.name)} of ${code(outage.machine)}`;
    case "host-network":
      return `the host's own network${outage.nic === undefined ? "" : ` over ${code(outage.nic)}`}`;
    case "api":
      return `the API on node ${code(outage.node)}`;
    default:
      return `${outage.what} ${code(outage.name)}`;
  }
}

/** What goes down with it. */
function users(outage: Outage): string {
  if (outage.what === "bridge") return ", with what is plugged into it";
  if (outage.what !== "network" || outage.guests.length === 0) return "";
  return `, with it ${outage.guests.map(code).join(", ")}`;
}

/** What data is gone afterwards. */
export function lossWords(loss: Loss): string {
  switch (loss.what) {
    case "disks":
      return `all on the ${loss.names.length === 1 ? "disk" : "disks"} ${loss.names.map(code).join(", ")} of ${machine(loss.machine)}`;
    case "volume":
      return `all on the volume ${code(loss.name)}`;
    case "snapshot":
      return `the point in time ${code(loss.name)} of ${machine(loss.machine)}`;
    case "writes":
      return `what ${machine(loss.machine)} wrote since the snapshot ${code(loss.since)}`;
    case "cluster":
      return `all that the cluster ${code(loss.name)} holds`;
  }
}

const machine = (name: string | undefined) => (name === undefined ? "its machine" : code(name));

export function clashWords({ name, shares }: Clash): string {
  const shared = shares.map(({ what, value }) => `the ${what} ${code(value)}`).join(" and ");
  const it = code(name);
  return `Has ${shared} of ${it}, which is deleted after this one is made: \`up\` fails, with the address alone as long as ${it} runs. If this is ${it} under another name, give it an alias; else delete ${it} first.`;
}
