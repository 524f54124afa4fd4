import * as pulumi from "@pulumi/pulumi";
import ipaddr from "ipaddr.js";
import { Host } from "../../provider/index";
import type { LabHostArgs } from "./arguments";

/** The host's own IPv4 address, where its connection is written with one: no subnet of a cluster may hold it. */
export function hostAddress(key: string, { host }: LabHostArgs): string | undefined {
  if (host instanceof Host) return undefined;
  const connection = (host as { connection?: unknown } | undefined)?.connection ?? key;
  const named = typeof connection === "string" && !connection.includes("://") ? configured(connection) : connection;
  const address = addressOf(named);
  return address !== undefined && ipaddr.IPv4.isValidFourPartDecimal(address) ? address : undefined;
}

function configured(name: string): unknown {
  const hosts = new pulumi.Config("windrose").getObject<Record<string, unknown>>("hosts");
  return hosts && Object.hasOwn(hosts, name) ? hosts[name] : undefined;
}

function addressOf(connection: unknown): string | undefined {
  if (typeof connection === "string") return /^[^:/]+:\/\/(?:[^@/]*@)?([\d.]+)(?=[:/]|$)/.exec(connection)?.[1];
  if (typeof connection !== "object" || connection === null) return undefined;
  const { address, uri } = connection as { address?: unknown; uri?: unknown };
  if (typeof address === "string") return address;
  return typeof uri === "string" ? addressOf(uri) : undefined;
}
