import type { Unit } from "../../../host-system/preparation/model";
import type { OwnService, ServiceProfile } from "../../../host-system/profile";

/** libvirt's daemons where there is one for each driver (libvirt.org/daemons.html), and where there is one for all. */
const modular = ["virtqemud", "virtnetworkd", "virtstoraged", "virtnodedevd", "virtsecretd"];
const monolithic = ["libvirtd"];

const serviceOf = (daemon: string) => `${daemon}.service`;
const socketOf = (daemon: string) => `${daemon}.socket`;

const isEnabled = (unit: Unit | undefined) => unit !== undefined && /^enabled(-runtime)?$/.test(unit.file);

/**
 * The daemons of a host on which libvirt is installed. Of one daemon for all and one for each driver it is what is claimed
 * already, else what is enabled, else what runs. A daemon begins by its socket where that is enabled alone.
 */
function choose(units: ReadonlyMap<string, Unit>, claimed: (unit: string) => boolean): OwnService[] {
  const either = (daemon: string, is: (unit: Unit | undefined, name: string) => boolean) =>
    [serviceOf(daemon), socketOf(daemon)].some((name) => is(units.get(name), name));
  const loaded = modular.filter((daemon) => units.get(serviceOf(daemon))?.loaded);
  const decide: ((unit: Unit | undefined, name: string) => boolean)[] = [
    (_, name) => claimed(name),
    isEnabled,
    (unit) => unit?.running === true,
  ];
  const order = decide.map((is): [boolean, boolean] => [either("virtqemud", is), either("libvirtd", is)]);
  const [chosen] = order.filter(([many, one]) => many !== one);
  const many = chosen?.[0] ?? (order[1]![0] || units.get("libvirtd.service")?.loaded === false);
  const daemons = many ? (loaded.length > 0 ? loaded : modular) : monolithic;
  return daemons.map((daemon) => {
    const [service, socket] = [serviceOf(daemon), socketOf(daemon)];
    const bySocket = !isEnabled(units.get(service)) && isEnabled(units.get(socket));
    return { service, begins: bySocket ? socket : service };
  });
}

const daemons = [...monolithic, ...modular];

export const services: ServiceProfile = {
  candidates: daemons.map(serviceOf),
  companions: [...daemons, "virtlogd", "virtlockd"].flatMap((daemon) =>
    ["", "-ro", "-admin"].map((suffix) => socketOf(`${daemon}${suffix}`)),
  ),
  deciding: [...daemons.map(serviceOf), ...daemons.map(socketOf)],
  choose,
};
