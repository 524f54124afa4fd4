import type { Unit } from "./model";
import { words } from "./script";

/** Relations of systemd.unit(5), by what they do. */
const relations = {
  requires: ["Requires", "BindsTo"],
  wants: ["Wants", "Upholds"],
  conflicts: ["Conflicts", "ConflictedBy"],
  dependents: ["RequiredBy", "BoundBy", "ConsistsOf", "PropagatesStopTo"],
} as const;

const properties = [
  ...["Id", "LoadState", "ActiveState", "UnitFileState", "TriggeredBy", "FragmentPath", "DropInPaths"],
  ...Object.values(relations).flat(),
];

/** Where links that enable units are: for good, and until the next boot. */
const linkDirectories = ["/etc/systemd/system", "/run/systemd/system"];

/** From unit to unit, at most so many steps. */
const furthest = 8;

const starting = [...relations.requires, ...relations.wants].map((name) => `${name}=*`).join(" | ");
const conflicting = relations.conflicts.map((name) => `${name}=*`).join(" | ");
const stopping = relations.dependents.map((name) => `${name}=*`).join(" | ");

/**
 * Shell: `related` prints names of units that may be touched, by the blocks that it reads. An active unit starts nothing
 * more, and one that is not active stops nothing; those that were asked for may be both.
 */
const functions = `names() { for u; do case $u in *.service | *.socket | *.path | *.timer | *.target) echo "$u" ;; esac; done; }
units() { for u; do case $u in *.service | *.socket | *.path | *.timer) echo "$u" ;; esac; done; }
fresh() { start= stop= against= others= active= target=; }
related() {
  fresh
  while IFS= read -r line; do
    value=\${line#*=}
    case $line in
      TriggeredBy=*) others=$value ;;
      Id=*.target) target=1 ;;
      ActiveState=active | ActiveState=activating | ActiveState=reloading) active=1 ;;
      ${starting}) start="$start $value" ;;
      ${conflicting}) against="$against $value" ;;
      ${stopping}) stop="$stop $value" ;;
      '')
        names $others
        if [ -n "$deep" ]; then
          [ -n "$active" ] && [ $round -gt 1 ] || { names $start; units $against; }
          [ -z "$active" ] && [ $round -gt 1 ] || units $stop
        fi
        fresh ;;
    esac
  done
}
also() {
  for f; do
    [ -f "$f" ] || continue
    printf 'File=%s\\n' "$f"; sed -n '/^\\[Install\\]/,/^\\[[^I]/s/^Also=/&/p' "$f"; echo
  done
}`;

/**
 * Shell that prints what `parseUnits` reads: the units and what starts them; for a change, also what a call for them may
 * touch, the `Also=` of their files, and the links that enable units.
 */
export function unitsScript(units: readonly string[], change = false): string {
  const show = `systemctl show --no-pager ${properties.map((name) => `-p ${name}`).join(" ")} --`;
  return `${functions}
set -f
next=${quoted(units)} had=' ' round=0 deep=${change ? 1 : ""} files=
while [ -n "$next" ] && [ $round -lt ${change ? furthest : 2} ]; do
  round=$((round + 1)) had="$had$next "
  rows=$(${show} $next 2>/dev/null)
  printf '%s\\n\\n' "$rows"
  [ -z "$deep" ] || files=$(printf '%s\\n' "$rows" | sed -n 's/^FragmentPath=//p; s/^DropInPaths=//p')
  others=$(also $files)
  printf '%s\\n\\n' "$others"
  more="$(printf '%s\\n\\n' "$rows" | related) $(printf '%s\\n' "$others" | sed -n 's/^Also=//p')"
  next=
  for u in $more; do case " $had$next " in *" $u "*) ;; *) next="$next $u" ;; esac; done
  next=\${next# }
done
[ -z "$deep" ] || find ${linkDirectories.join(" ")} -maxdepth 2 -type l -printf 'Link=%p\\nTo=%l\\n\\n' 2>/dev/null
set +f`;
}

const quoted = (units: readonly string[]) => words([units.join(" ")]);

interface Block {
  readonly [name: string]: string;
}

/** @param units The names asked for, in their order: a name may be an alias, and the answer then has another. */
export function parseUnits(text: string, units: readonly string[]): Map<string, Unit> {
  const blocks = text.split(/\n\s*\n/).map(blockOf);
  const shown = blocks.filter((block) => block.Id !== undefined);
  const active = (block: Block | undefined) => /^(active|activating|reloading)$/.test(block?.ActiveState ?? "");
  const listening = new Set(
    shown.flatMap((block) => (active(block) && block.Id!.endsWith(".socket") ? [block.Id!] : [])),
  );
  const also = new Map(
    blocks.flatMap((block) => (block.File === undefined ? [] : [[block.File, list(block.Also)] as const])),
  );
  const links = blocks.filter((block) => block.Link !== undefined && block.To !== undefined);
  const unitOf = (block: Block): Unit => {
    const id = block.Id!;
    const triggers = list(block.TriggeredBy);
    const of = (names: readonly string[]) => names.flatMap((name) => list(block[name]));
    const files = [...list(block.FragmentPath), ...list(block.DropInPaths)];
    const instance = /@(.*)\.[a-z]+$/.exec(id)?.[1] ?? "";
    return {
      loaded: block.LoadState !== "not-found",
      file: block.UnitFileState ?? "",
      running: active(block) || triggers.some((trigger) => listening.has(trigger)),
      active: active(block),
      triggers,
      also: files.flatMap((file) => also.get(file) ?? []).map((name) => name.replaceAll("%i", instance)),
      requires: of(relations.requires),
      wants: of(relations.wants),
      conflicts: of(relations.conflicts),
      dependents: of(relations.dependents),
      links: Object.fromEntries(
        links.flatMap(({ Link, To }) => (enables(id, Link!, To!) ? [[Link!, To!] as const] : [])),
      ),
    };
  };
  const found = new Map(shown.map((block) => [block.Id!, unitOf(block)]));
  // The first answers are in the order of the names.
  const named = units.flatMap((unit, index) => (shown[index] ? [[unit, unitOf(shown[index]!)] as const] : []));
  return new Map([...found, ...named]);
}

/** Values of a name that comes more than once stand together, by blanks. */
function blockOf(text: string): Block {
  const block: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/^(\w+)=(.*)$/gm))
    block[name!] = block[name!] === undefined ? value! : `${block[name!]} ${value!}`;
  return block;
}

const list = (text: string | undefined): string[] => (text ?? "").split(" ").filter(Boolean);

const baseName = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** A link of this unit's name, or one by which it has another; a mask is none. */
function enables(unit: string, link: string, target: string): boolean {
  return target !== "/dev/null" && (baseName(link) === unit || baseName(target) === unit);
}
