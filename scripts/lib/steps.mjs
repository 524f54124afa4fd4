/** How the scripts say what they do. */

const colour = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colour ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text) => paint(1, text);
const dim = (text) => paint(2, text);
export const red = (text) => paint(31, text);
export const green = (text) => paint(32, text);

export const say = (line = "") => console.log(line);
export const detail = (line) => console.log(dim(`  ${line}`));

export function elapsed(since) {
  const seconds = (Date.now() - since) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/**
 * Announces a step with what it usually takes, does it, and says how long it took.
 *
 * @param {string} title what is done
 * @param {string} usual what it usually takes
 * @param {() => Promise<T>} work
 * @template T
 */
export async function step(title, usual, work) {
  const since = Date.now();
  say(`${bold("==>")} ${title} ${dim(`(usually ${usual})`)}`);
  const result = await work();
  detail(`${elapsed(since)}`);
  return result;
}

/** A failure that is told in its own words, with no stack. */
export class Told extends Error {}

/** Runs a script's main function; what it throws is told, and the exit code says so. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(red(error instanceof Told ? error.message : (error.stack ?? String(error))));
    process.exitCode = 1;
  }
}
