import type { VolumeState } from "../../../provider/drivers/model";
import type { FakeHost } from "../fakes";

/** An image that was deleted while something needed it. */
export function condemned(host: FakeHost, pool: string, name: string): VolumeState {
  host.notes.add(`${pool}/${name} condemned`);
  return host.addVolume({ pool, name });
}
