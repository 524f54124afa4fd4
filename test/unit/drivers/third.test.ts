import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { libvirt } from "../../../provider/drivers/libvirt";

const root = join(__dirname, "../../..");

/** What the compiler says of a driver that somebody begins to write: the text stands beside the registry. */
function problemsOf(text: string): string[] {
  const file = join(root, "provider/drivers/third.ts");
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === file || fileExists.call(host, name);
  host.getSourceFile = (name, version, ...rest) =>
    name === file ? ts.createSourceFile(name, text, version) : getSourceFile.call(host, name, version, ...rest);
  const program = ts.createProgram([file], { ...options, noEmit: true, incremental: false }, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(file))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

/** A driver with these features, and nothing but its name. */
const third = (features: string) => `
import type { Driver } from "./driver";
import { features as libvirt } from "./libvirt/features";

export const third: Driver = {
  name: "third",
  schemes: ["third"],
  features: ${features},
};
`;

describe("a third driver", function () {
  this.timeout(120_000);

  it("does not compile until it has answered every question, which the compiler counts and names", () => {
    const three = { poolTypes: ["dir"], diskBuses: ["virtio"], serialConsole: true };
    const said = problemsOf(third(JSON.stringify(three))).join("\n");
    const [, named, more] =
      /missing the following properties from type 'Features': (.*), and (\d+) more/.exec(said) ?? [];
    const all = Object.keys(libvirt.features).length;
    assert.equal((named ?? "").split(", ").length + Number(more), all - 3, said);
    const rest = problemsOf(third("libvirt")).join("\n");
    assert.match(rest, /missing the following properties from type 'Driver<.*': uri, hints, host, open/);
  });

  it("must have a section for what its features promise, and none else", () => {
    const withoutSection = `
import type { HypervisorOf } from "./driver";
import type { Features } from "./features";
import type { Hypervisor, NetworkSection } from "./hypervisor";

declare const core: Omit<Hypervisor, "networks" | "snapshots">;
declare const networks: NetworkSection;
type Has = Features & { networkModes: readonly ["nat"]; snapshots: { stopped: false; running: false } };
type HasNone = Features & { networkModes: readonly []; snapshots: { stopped: false; running: false } };

export const lacking: HypervisorOf<Has> = core;
export const whole: HypervisorOf<Has> = { ...core, networks };
export const tooMuch: HypervisorOf<HasNone> = { ...core, networks };
export const right: HypervisorOf<HasNone> = core;
`;
    const said = problemsOf(withoutSection);
    assert.equal(said.length, 2, said.join("\n"));
    assert.match(said.join("\n"), /NetworkSection/);
  });
});
