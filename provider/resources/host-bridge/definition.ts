import { refuse } from "../../basics/errors";
import { known } from "../../basics/record";
import type { Addressing, Arming, BridgeDefinition, BridgeState } from "../../host-system/bridges/model";
import type { Definition, Run } from "../../lifecycle/definition";
import { deriveUuid, keep, markOf, placeOf, taken } from "../common";
import { consequences } from "./consequences";
import { devicePattern, type HostBridgeInputs, table } from "./fields";
import { validateBridge } from "./validate";

type Observed = BridgeState;

function addressingOf(inputs: HostBridgeInputs): Addressing | undefined {
  if (!Array.isArray(inputs.addresses)) return undefined;
  return {
    addresses: inputs.addresses,
    dhcp4: inputs.dhcp4 === true,
    dhcp6: inputs.dhcp6 === true,
    acceptRa: inputs.acceptRa === true,
    ...(inputs.gateway === undefined ? {} : { gateway: inputs.gateway }),
    ...(inputs.gateway6 === undefined ? {} : { gateway6: inputs.gateway6 }),
    dns: inputs.dns,
    search: inputs.search,
  };
}

/** What is asked for. The manager is found, and only compared with what the program says. */
function definitionOf({ inputs }: Run<Observed, HostBridgeInputs>): BridgeDefinition {
  const number = (name: "vlan" | "forwardDelay" | "mtu") =>
    inputs[name] === undefined ? {} : { [name]: inputs[name] };
  const addressing = addressingOf(inputs);
  return {
    name: inputs.name,
    nic: inputs.nic,
    stp: inputs.stp === true,
    ...number("vlan"),
    ...(addressing ? { addressing } : {}),
    ...number("forwardDelay"),
    ...number("mtu"),
    ...(inputs.mac === undefined ? {} : { mac: inputs.mac }),
    ...(inputs.type === "openvswitch"
      ? {
          openvswitch: {
            datapath: inputs.datapath,
            ...(inputs.tag === undefined ? {} : { tag: inputs.tag }),
            trunks: inputs.trunks,
          },
        }
      : {}),
    ...(inputs.manager === "auto" ? {} : { manager: inputs.manager }),
  };
}

const armingOf = ({ inputs }: Run<Observed, HostBridgeInputs>): Arming => ({
  rollbackAfter: inputs.rollbackAfter * 1000,
  checkGateway: inputs.checkGateway === true,
});

const ours = ({ inputs }: Run<Observed, HostBridgeInputs>, state: BridgeState) =>
  state.record?.mark.uuid === inputs.uuid;

/** Whether the bridge is, and was asked for, as the definition says. */
function asAsked(state: BridgeState, asked: BridgeDefinition): boolean {
  const { manager: _then, ...before } = state.record!.definition;
  const { manager: _now, ...now } = asked;
  const sorted = (value: object) => JSON.stringify(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (sorted(before) !== sorted(now)) return false;
  const { addressing } = asked;
  return (
    state.ports.includes(state.record!.original.port) &&
    (asked.mtu === undefined || state.mtu === asked.mtu) &&
    (asked.mac === undefined || state.mac === asked.mac) &&
    (state.stp === undefined || state.stp === asked.stp) &&
    (addressing?.addresses ?? []).every((each) => state.addresses.includes(each)) &&
    (addressing?.gateway === undefined || state.gateway === addressing.gateway) &&
    (addressing?.gateway6 === undefined || state.gateway6 === addressing.gateway6)
  );
}

async function applied(run: Run<Observed, HostBridgeInputs>): Promise<BridgeState> {
  const mark = { ...markOf(run), uuid: run.inputs.uuid };
  return run.hypervisor.system.bridges.apply(definitionOf(run), mark, armingOf(run), run.context);
}

export const hostBridge: Definition<Observed, HostBridgeInputs> = {
  ...table,
  timeout: 300,
  connects: () => false,
  derive(inputs, olds, identity, failures) {
    keep(inputs, olds, "name", () => identity.name);
    if (known<string>(inputs.name) && !devicePattern.test(inputs.name)) {
      failures.push({
        property: "name",
        reason: `"${inputs.name}" can't be a device's name on the host: give one of 15 letters and digits at most`,
      });
    }
    deriveUuid(inputs, olds, identity);
  },
  validate: validateBridge,
  exclusives(inputs, _carried, identity) {
    const place = placeOf(inputs, identity);
    const { name, uuid, vlan, nic } = inputs;
    return [
      { key: ["device", place, name], at: "name", what: "the bridge" },
      { key: ["uuid", "HostBridge", place, uuid], at: "uuid", what: "the UUID" },
      { key: ["port", place, vlan ?? 0, nic], at: "nic", what: "the port" },
    ];
  },
  consequences,
  id: (inputs) => inputs.uuid,
  async observe(run) {
    const name = run.inputs.name;
    const state = await run.hypervisor.system.bridges.find(name, run.context);
    if (!state || ours(run, state)) return state;
    // Another's, where ours or the adopted one was.
    if (run.previous) return run.made.adopted === true ? state : undefined;
    await taken(run, "HostBridge", { name, uuid: state.record?.mark.uuid, mark: state.record?.mark });
    if (state.record) {
      refuse(
        "foreign",
        `the bridge ${name} is another stack's HostBridge (${state.record.mark.urn})`,
        `Set \`uuid: "${state.record.mark.uuid}"\` together with \`adopt: true\` to take it over.`,
      );
    }
    if (!state.ports.includes(run.inputs.nic)) {
      refuse(
        "replace-refused",
        `the bridge ${name} has no port ${run.inputs.nic}`,
        "Adopt it with the NIC that it has.",
      );
    }
    run.made.adopted = true;
    return state;
  },
  ensure(run) {
    run.made.adopted = false;
    return applied(run);
  },
  steps: [
    {
      name: "configuration",
      async run(run) {
        if (run.made.adopted === true) {
          if (Array.isArray(run.inputs.addresses)) {
            refuse(
              "foreign",
              `the bridge ${run.inputs.name} was made by somebody else, and its configuration is left as it is`,
            );
          }
          return;
        }
        run.made.adopted = false;
        if (!asAsked(run.observed!, definitionOf(run))) run.observed = await applied(run);
      },
    },
  ],
  outputsOf(run) {
    const state = run.observed!;
    return {
      managedBy: state.record?.original.manager ?? "",
      hostAddresses: [...state.addresses],
      hostGateway: state.gateway ?? state.gateway6 ?? "",
      hardwareAddress: state.mac,
      adopted: run.made.adopted === true,
    };
  },
  drift({ observed, inputs, made }) {
    const state = observed!;
    if (made.adopted === true) return {};
    const given = (name: keyof HostBridgeInputs, value: unknown) =>
      inputs[name] === undefined ? {} : { [name]: value };
    return {
      ...(Array.isArray(inputs.addresses) ? { addresses: realAddresses(state, inputs) } : {}),
      ...given("gateway", state.gateway),
      ...given("gateway6", state.gateway6),
      ...given("mtu", state.mtu),
      ...given("mac", state.mac),
      ...(state.stp === undefined ? {} : { stp: state.stp }),
    };
  },
  async remove(run) {
    if (run.made.adopted === true) return;
    const { name, uuid } = run.inputs;
    await run.hypervisor.system.bridges.remove(name, uuid, armingOf(run), run.context);
  },
};

/** In the program's order. What DHCP and router advertisements gave is nobody's drift. */
function realAddresses(state: BridgeState, inputs: HostBridgeInputs): string[] {
  const asked = Array.isArray(inputs.addresses) ? inputs.addresses : [];
  const dynamic = (address: string) =>
    address.includes(":") ? inputs.dhcp6 === true || inputs.acceptRa === true : inputs.dhcp4 === true;
  const more = state.addresses.filter((address) => !asked.includes(address) && !dynamic(address));
  return [...asked.filter((address) => state.addresses.includes(address)), ...more];
}
