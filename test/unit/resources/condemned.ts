import type { VolumeState } from "../../../provider/drivers/model";
import type { FakeHost } from "../fakes";

/** An image that was deleted while something needed it. */
export function condemned(host: FakeHost, pool: string, name: string): VolumeState {
  host.addVolume({ pool, name: `.${name}.condemned`, format: "raw", capacity: 512 });
  return host.addVolume({ pool, name });
}
