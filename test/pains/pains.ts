/**
 * What people who use such tools complain of, gathered from the issues of the Terraform, Pulumi and Vagrant providers
 * for libvirt; and the tests that show that it does not happen here.
 */

/** A test by its file below `test/` and its title, or the title of the `describe` around it. */
type Shown = readonly [file: string, title: string];

export interface Pain {
  readonly number: number;
  readonly complaint: string;
  readonly shownBy: readonly Shown[];
  /** What of it can't be answered by what is built so far. */
  readonly notYet?: string;
}

const here = "integration/pains.test.ts";
const whole = "e2e/whole.test.ts";
const everyField: Shown = [
  "conformance/conformance.test.ts",
  "conformance: every field does on a real host what its table says",
];

export const pains: readonly Pain[] = [
  {
    number: 1,
    complaint: "known_hosts is ignored, hashed or ed25519 entries are refused, and a mismatch has no way out",
    shownBy: [
      ["integration/transports/host-keys.test.ts", "accepts an entry of each kind alone, though the server has all"],
      ["integration/transports/host-keys.test.ts", "accepts hashed entries as ssh-keygen makes them"],
      [
        "integration/transports/host-keys.test.ts",
        "refuses another key than the known one, with the command that removes it",
      ],
    ],
  },
  {
    number: 2,
    complaint: "the ssh agent, ed25519 keys, ~/.ssh/config and ProxyJump are not honoured",
    shownBy: [
      ["integration/transports/authentication.test.ts", "accepts a key of the agent"],
      ["integration/transports/configuration.test.ts", "follows Host, HostName, Port and User"],
      ["integration/transports/configuration.test.ts", "goes through ProxyJump, host by host"],
    ],
  },
  {
    number: 3,
    complaint: "a larger size destroys the volume and its data",
    shownBy: [
      [here, "3: a larger size keeps the volume and its data, and a smaller one is refused at preview"],
      [whole, "grows a disk while it runs, and refuses to shrink it at preview, on that property"],
    ],
  },
  {
    number: 4,
    complaint: "rounding of sizes brings a replacement on every run",
    shownBy: [[here, "4: sizes in any unit settle after one update"]],
  },
  {
    number: 5,
    complaint: "a change of memory or vCPUs makes the machine anew",
    shownBy: [
      [here, "5: more memory and vCPUs than were foreseen restart the machine, and it stays the same"],
      [whole, "gives a guest more memory while it runs"],
    ],
  },
  {
    number: 6,
    complaint: "one more disk changes UUID and MAC address",
    shownBy: [[whole, "adds three disks while it runs; UUID and MAC address stay"]],
  },
  {
    number: 7,
    complaint: "destroy pulls the plug",
    shownBy: [
      [
        "integration/libvirt/machines.test.ts",
        "boot, grow, take and give devices, and shut down at the guest's own hand",
      ],
      [
        "integration/libvirt/machines.test.ts",
        "that ignore the power button are named so, and lose their power where that is allowed",
      ],
    ],
  },
  {
    number: 8,
    complaint: "a change of cloud-init does nothing, or replaces the machine",
    shownBy: [[here, "8: a change of cloud-init is announced, seeded anew and in force after a restart"], everyField],
  },
  {
    number: 9,
    complaint: "mkisofs is missing, or the guest can't read the ISO",
    shownBy: [
      ["integration/cloud-init.test.ts", "writes images that isoinfo reads, by Rock Ridge and by Joliet"],
      [
        "integration/cloud-init.test.ts",
        "boots a guest whose kernel reads the seed, and finds it ready by the key made for it",
      ],
    ],
  },
  {
    number: 10,
    complaint: "a change to a network drops the guests that are on it",
    shownBy: [
      ["integration/libvirt/networks-guest.test.ts", "keeps the guest connected over a restart, and tells its lease"],
      everyField,
    ],
  },
  {
    number: 11,
    complaint: "the network is gone after the host reboots",
    shownBy: [
      [here, "11: the network, the pool and a machine with autostart are back after the host has lost its power"],
    ],
  },
  {
    number: 12,
    complaint: "waiting for an address hangs, or polls every five seconds",
    shownBy: [
      ["unit/guest/ready.test.ts", "goes on while there is no address, and while the port is refused"],
      ["unit/guest/ready.test.ts", "says that no address came"],
      ["unit/guest/ready.test.ts", "says what happened at which address"],
      ["unit/guest/ready.test.ts", "keeps the deadline where nothing answers at all"],
    ],
  },
  {
    number: 13,
    complaint: "creates that run side by side race: the pool is busy, a lock can't be had",
    shownBy: [
      [here, "13: volumes, networks and machines are made side by side"],
      ["integration/libvirt/volumes.test.ts", "makes a hundred volumes at once about as fast as libvirt does"],
    ],
  },
  {
    number: 14,
    complaint: "a failed create leaves things behind that the next run trips over",
    shownBy: [["e2e/faults.test.ts", "a create that failed half-way, then a refresh: the next up finishes it"]],
  },
  {
    number: 15,
    complaint: "permission denied on a disk, AppArmor",
    shownBy: [["integration/libvirt/volumes.test.ts", "sets owner and mode"]],
    notYet: "libvirt's message names the path; ours does not add whose the file is. The lab's hosts have no AppArmor",
  },
  {
    number: 16,
    complaint: "the image travels from the host to the laptop and back",
    shownBy: [["integration/libvirt/fetch.test.ts", "fetches, verifies, and gives it its name at the end"]],
  },
  {
    number: 17,
    complaint: "full clones are slow",
    shownBy: [[here, "17: a disk of an image is a thin clone, unless a full one is asked for"]],
  },
  {
    number: 18,
    complaint: "the base image changed upstream, and nobody noticed",
    shownBy: [
      ["unit/resources/image.test.ts", "shows a new image upstream at a refresh, and goes back when it does"],
      ["unit/resources/image.test.ts", "a new checksum replaces it; another place of the same content does not"],
    ],
  },
  {
    number: 19,
    complaint: "UEFI: a domain with NVRAM can't be undefined",
    shownBy: [[here, "19: a machine with UEFI is deleted with its NVRAM"]],
  },
  {
    number: 20,
    complaint: "destroying a pool removes a directory that was there before",
    shownBy: [
      [here, "20: a pool leaves a directory that was there before, and what is in it"],
      ["integration/libvirt/pools.test.ts", "removes the directory only if told and empty, and may be told again"],
    ],
  },
  {
    number: 21,
    complaint: "the only type of pool is dir",
    shownBy: [],
    notYet: "pools of logical volumes, NFS, iSCSI and RBD are not built",
  },
  {
    number: 22,
    complaint: "several hosts need several provider aliases",
    shownBy: [
      ["e2e/kubernetes-lab.test.ts", "comes up, each guest on its host, by its name and under its own host key"],
    ],
  },
  {
    number: 23,
    complaint: "there are no snapshots",
    shownBy: [
      [whole, "takes a snapshot of a running guest, and restores it by a token"],
      [
        "integration/libvirt/snapshots.test.ts",
        "of a running guest hold memory and disk, with a raw readonly seed attached",
      ],
    ],
    notYet: "a schedule with retention is not built",
  },
  {
    number: 24,
    complaint: "a plan that never settles",
    shownBy: [everyField, [whole, "has nothing to do the second time, nor after a refresh"]],
  },
  {
    number: 25,
    complaint: "the domain is not found, and it was the session daemon or the wrong URI",
    shownBy: [["e2e/faults.test.ts", "another machine behind the address, until the replacement is accepted"]],
  },
];
