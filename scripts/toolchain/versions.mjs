/** The versions that the project builds and tests with. The Go modules beside this file pin the same ones. */
export const pulumiVersion = "3.245.0";

/** The newest SDK module that still holds the Node.js language host; later ones moved it to a module that can't be had alone. */
export const languageHostVersion = "3.50.0";

/** The oldest command line program that is accepted when it is found on PATH: the floor of the package's peer dependency. */
export const oldestAccepted = "3.200.0";

/** Whether dotted version `a` is at least `b` and of the same major version. */
export function accepts(a, b) {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  if (left.length !== 3 || left.some(Number.isNaN) || left[0] !== right[0]) return false;
  return left[1] !== right[1] ? left[1] > right[1] : left[2] >= right[2];
}
