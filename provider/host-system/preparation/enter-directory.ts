/**
 * Shell by which root works in directories that may be a user's, who can lay links there at any moment. `enter DIRECTORY`
 * goes to the directory and sees, by what the kernel says of its place, that it is the right one; from there on names
 * without a slash are used. It leaves in `$at` where the directory really lies: a link on the way there is followed
 * where only this user can change it.
 */
export const enterFunctions = `way() {
  at= rest=$1/ hops=0
  while [ -n "$rest" ]; do
    part=\${rest%%/*} rest=\${rest#*/}
    case $part in '' | .) continue ;; ..) at=\${at%/*}; continue ;; esac
    if [ -L "$at/$part" ]; then
      if [ "$(stat -c %u -- "$at/$part")" != "$(id -u)" ] || [ ! -O "\${at:-/}" ]; then
        printf '%s is a link of %s\\n' "$at/$part" "$(stat -c %U -- "$at/$part")" >&2; return 1
      fi
      hops=$((hops + 1)); [ $hops -le 40 ] || return 1
      to=$(readlink -n -- "$at/$part"; echo .); to=\${to%.}
      case $to in /*) at= ;; esac
      rest=$to/$rest
    else at=$at/$part; fi
  done
}
enter() { way "$1" && cd -P -- "\${at:-/}" && [ "$(pwd -P; echo .)" = "\${at:-/}
." ]; }`;
