import type { Transport } from "../../transports/transport";
import { run } from "../commands";
import type { FetchOwner } from "./owner";
import { partialName } from "./partial-names";

/** Minutes after which a partial file that nobody went on with is deleted: a week. */
const longest = 7 * 24 * 60;

interface Sweep {
  lineage: string;
  /** Whose partial files go, whatever runs: the caller is that one. */
  resource?: string;
  /** A file whose partial file stays. */
  keep?: string;
  /** Minutes. What others of the lineage left goes too, where it is older and nobody has its lock; undefined: it stays. */
  others?: number;
}

/** Deletes partial files in a directory. Nothing that another lineage has a hand in is touched. */
async function sweep(transport: Transport, directory: string, what: Sweep): Promise<void> {
  // the lines of `.source`: see PartialFile
  const script = `
    cd -- "$1" 2>/dev/null || exit 0
    for marker in .*.partial.source; do
      [ -f "$marker" ] && [ ! -L "$marker" ] || continue
      partial=\${marker%.source}
      [ "$partial" != "$4" ] && [ "$(sed -n 4p -- "$marker")" = "$2" ] || continue
      if [ -z "$3" ] || [ "$(sed -n 3p -- "$marker")" != "$3" ]; then
        [ -n "$5" ] && [ -z "$(find "./$marker" "./$partial" -mmin "-$5" 2>/dev/null)" ] || continue
        exec 9>>"$marker"
        if command -v flock >/dev/null; then flock -n 9 || continue; fi
      fi
      rm -f -- "$partial" "$partial.unpacked" "$partial.validator" "$marker"
    done`;
  const { lineage, resource = "", keep, others } = what;
  const words = [
    lineage,
    resource,
    keep === undefined ? "" : partialName(keep),
    others === undefined ? "" : String(others),
  ];
  await run(transport, ["sh", "-c", script, "sh", directory, ...words], "deleting unfinished downloads", {
    root: true,
  });
}

/** Before a fetch: what the same resource left of other files, and what nobody of the lineage has gone on with for long. */
export function sweepBeforeFetch(
  transport: Transport,
  directory: string,
  { lineage, resource }: FetchOwner,
  keep: string,
): Promise<void> {
  return sweep(transport, directory, { lineage, resource, keep, others: longest });
}

/** All that a resource left, or where none is named, the whole lineage, but for what is being written. */
export function sweepAll(
  transport: Transport,
  directory: string,
  { lineage, resource }: Pick<FetchOwner, "lineage"> & Partial<FetchOwner>,
): Promise<void> {
  return sweep(transport, directory, { lineage, resource, others: resource === undefined ? 0 : undefined });
}
