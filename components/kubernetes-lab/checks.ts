import type { Problems } from "./problems";
import type { GuestRequest, GuestSize, LabRequest } from "./request";
import {
  certificateProblem,
  countProblem,
  jumpProblem,
  keyProblem,
  nameProblem,
  ratioProblem,
  sizeProblem,
  userProblem,
} from "./values";

/** What can never be right in a request, each on its argument. Pure. */

const longestResource = 32;

type Check = (property: string, reason: string | undefined) => void;

const sizes = {
  vcpus: countProblem,
  maxVcpus: countProblem,
  memory: (size: unknown) => sizeProblem(size, "memory"),
  maxMemory: (size: unknown) => sizeProblem(size, "memory"),
  diskSize: (size: unknown) => sizeProblem(size, "disk"),
};

function checkSizes(size: GuestSize, at: string, check: Check): void {
  for (const [key, problem] of Object.entries(sizes)) {
    const value = size[key as keyof GuestSize];
    if (value !== undefined) check(`${at}${key}`, problem(value));
  }
}

/** All that can be said without a plan. */
export function checkRequest(request: LabRequest, problems: Problems): void {
  const check: Check = (property, reason) => {
    if (reason !== undefined) problems.add(property, reason);
  };
  checkCommon(request, check);
  checkGuestNames(request, problems);
  for (const guest of request.guests) checkGuest(request, guest, check);
}

function checkCommon(request: LabRequest, check: Check): void {
  if (nameProblem(request.name)) {
    check("name", `"${request.name}" can't be the name of a lab: 1 to 20 lowercase letters, digits and inner dashes`);
  }
  checkSizes(request, "", check);
  if (request.user !== undefined) check("user", userProblem(request.user));
  for (const [key, ratio] of Object.entries(request.overcommit ?? {})) {
    if (ratio !== undefined) check(`overcommit.${key}`, ratioProblem(ratio));
  }
  request.sshKeys?.forEach((key, index) => {
    if (key !== undefined) check(`sshKeys[${index}]`, keyProblem(key));
  });
  request.caCertificates?.forEach((text, index) => {
    check(`caCertificates[${index}]`, certificateProblem(text));
  });
  for (const [key, { proxyJump, capacity }] of Object.entries(request.hosts)) {
    if (proxyJump !== undefined) check(`hosts.${key}.proxyJump`, jumpProblem(proxyJump));
    if (capacity?.cpus !== undefined) check(`hosts.${key}.capacity.cpus`, countProblem(capacity.cpus));
    for (const of of ["memory", "disk"] as const) {
      if (capacity?.[of] !== undefined) check(`hosts.${key}.capacity.${of}`, sizeProblem(capacity[of], of));
    }
  }
  if (request.images.length === 0) check("images", "has none: guests need an image");
  for (const key of request.images) check(`images.${key}`, imageKeyProblem(key));
  if (request.image !== undefined) check("image", unknownImage(request, request.image));
}

function checkGuestNames({ name: lab, guests }: LabRequest, problems: Problems): void {
  if (guests.length === 0) problems.add("guests", "has none");
  const seen = new Set<unknown>();
  for (const [index, { name }] of guests.entries()) {
    const reason = nameProblem(name);
    if (reason) problems.add(`guests[${index}].name`, reason);
    else if (seen.has(name)) problems.add(`guests.${name}.name`, "is there twice: each guest has a name of its own");
    else if (`${lab}-${name}`.length > longestResource) {
      problems.add(`guests.${name}.name`, `"${lab}-${name}" is longer than ${longestResource} characters`);
    }
    seen.add(name);
  }
}

function checkGuest(request: LabRequest, guest: GuestRequest, check: Check): void {
  const at = `guests.${guest.name}`;
  checkSizes(guest, `${at}.`, check);
  if (guest.role !== undefined && guest.role !== "controlPlane" && guest.role !== "worker") {
    check(`${at}.role`, `"${guest.role}" is neither "controlPlane" nor "worker"`);
  }
  if (guest.host !== undefined && !Object.hasOwn(request.hosts, guest.host)) {
    check(`${at}.host`, `there is no host "${guest.host}": ${Object.keys(request.hosts).join(", ")}`);
  }
  if (guest.image !== undefined) check(`${at}.image`, unknownImage(request, guest.image));
  else if (request.image === undefined && request.images.length > 1) {
    check(`${at}.image`, "is needed, or the lab's `image`: there are several images");
  }
}

const unknownImage = ({ images }: LabRequest, key: string): string | undefined =>
  images.includes(key) ? undefined : `there is no image "${key}": ${images.join(", ")}`;

const imageKeyProblem = (key: string): string | undefined =>
  /^[a-z0-9]([a-z0-9.-]{0,30}[a-z0-9])?$/.test(key)
    ? undefined
    : "an image's key must be lowercase letters, digits, dots and dashes";
