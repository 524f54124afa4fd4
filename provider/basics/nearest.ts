/**
 * The name that was probably meant: the one that is the fewest letters away, at most a third of them. Small and capital
 * letters are the same, and so are a name and its plural.
 */
function nearest(word: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length / 3));
  const distances = names.map((name) => ({ name, steps: distance(word.toLowerCase(), name.toLowerCase()) }));
  const [best] = distances.filter(({ steps }) => steps <= most).sort((one, other) => one.steps - other.steps);
  return best?.name;
}

/** Letters that are put in, left out, changed, or exchanged with the next one (optimal string alignment). */
function distance(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > 32) return Number.POSITIVE_INFINITY;
  let [older, old]: number[][] = [[], Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      let steps = Math.min(old![j]! + 1, row[j - 1]! + 1, old![j - 1]! + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        steps = Math.min(steps, older![j - 2]! + 1);
      row.push(steps);
    }
    [older, old] = [old, row];
  }
  return old![other.length]!;
}

/** `; did you mean \`size\`?`, or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = nearest(word, names);
  return name === undefined || name === word ? "" : `; did you mean \`${name}\`?`;
}
