import { WindroseError } from "../basics/errors";

/**
 * What runs on the host while a file comes in. A plain `cat` can't tell the end of a file from a connection that was
 * cut, so the bytes come in frames: a line with the frame's length, then that many bytes; a line `0 TOTAL` at the end.
 * Without that line, or with another size on the disk, the temporary file is removed. After each frame its running
 * total is printed, which is the progress. `dd` reads exactly what it is told, where `head` of busybox reads ahead.
 *
 * Arguments: the path, the mode in octal, the bytes that will come (0: not known).
 */
export const uploadScript = `
umask 077
path=$1 mode=$2 expected=$3
case $path in
*/*) directory=\${path%/*}/ ;;
*) directory=./ ;;
esac
[ -d "$directory" ] || exit 90
[ ! -d "$path" ] || exit 91
[ -w "$directory" ] && [ -x "$directory" ] || exit 92
full() {
  set -- $(df -Pk -- "$directory" | tail -n 1)
  [ "\${4:-1}" -lt "$needed" ] 2>/dev/null
}
needed=$((expected / 1024))
full && exit 93
temporary=
trap 'trap "" HUP INT TERM PIPE; rm -f -- "$temporary"' EXIT
trap 'exit 95' HUP INT TERM PIPE
temporary=$(trap '' HUP INT TERM PIPE; exec mktemp "$directory.windrose-XXXXXXXXXX") || exit 94
total=0
while read -r size declared; do
  if [ "$size" = 0 ]; then
    [ "$total" = "$declared" ] && [ "$(($(wc -c <"$temporary")))" = "$declared" ] || exit 96
    sync -- "$temporary" 2>/dev/null
    chmod "$mode" "$temporary" && mv -f -- "$temporary" "$path" || exit 94
    trap - EXIT
    echo done
    exit 0
  fi
  if ! dd bs="$size" count=1 iflag=fullblock status=none >>"$temporary"; then
    needed=1024
    full && exit 93
    exit 94
  fi
  total=$((total + size))
  echo "$total"
done
exit 95
`;

/** The script's exit codes in the table's words. */
export function uploadFailure(code: number, path: string, message: string): WindroseError {
  const detail = message.trim() === "" ? "" : `: ${message.trim().split("\n").slice(-2).join(" ").slice(0, 500)}`;
  switch (code) {
    case 90:
      return new WindroseError("not-found", `The directory of ${path} does not exist`, {
        hint: "Create the directory first, or choose another path.",
      });
    case 91:
      return new WindroseError("invalid-input", `${path} is a directory`);
    case 92:
      return new WindroseError("permission-denied", `The directory of ${path} is not writable`);
    case 93:
      return new WindroseError("no-space", `There is no space left for ${path}${detail}`);
    case 95:
      return new WindroseError("connection-cut", `The upload of ${path} was interrupted; no part of it was kept`);
    case 96:
      return new WindroseError("connection-cut", `${path} arrived with another size than was sent; nothing was kept`);
    default:
      return new WindroseError("command-failed", `Writing ${path} failed with exit code ${code}${detail}`);
  }
}
