import { isDeepStrictEqual } from "node:util";
import type { Inputs } from "../../provider/basics/record";
import type { Kind } from "../../provider/lifecycle/schema";
import { type Asked, type Outcome, Stack } from "../e2e/stack";
import type { Look } from "./look";
import type { Rig } from "./rig";
import type { KindSamples } from "./sample";
import type { Stage } from "./trial";
import { type Previewed, Refused, type Way } from "./way";

/** One resource, beside its host, in a stack that the real CLI and engine change. */
class ByEngine implements Way {
  state: Inputs = {};

  constructor(
    private readonly stack: Stack,
    private readonly hosts: Record<string, string>,
    private readonly kind: Kind,
  ) {}

  /** Only the host has to be the resource itself; whatever else the inputs name goes by its id. */
  private async ask(inputs?: Inputs): Promise<void> {
    const host: Asked = { kind: "Host", name: "anemoi", args: { requirements: { virtualization: "none" } } };
    const tried: Asked[] = inputs
      ? [{ kind: this.kind, name: "tried", args: { ...inputs, host: { $ref: "anemoi" } } }]
      : [];
    await this.stack.ask(this.hosts, [host, ...tried]);
  }

  private async look(): Promise<void> {
    const { deployment } = await this.stack.state();
    const found = deployment.resources.find(({ type }) => type.endsWith(`:${this.kind}`));
    const { __provider, ...outputs } = found?.outputs ?? {};
    this.state = outputs;
  }

  async preview(inputs: Inputs): Promise<Previewed> {
    await this.ask(inputs);
    const outcome = await this.stack.preview({ check: false });
    const lines = outcome.output.split("\n").map((line) => line.trim());
    const warnings = lines.flatMap((line) => (line.startsWith("warning: ") ? [line.slice(9)] : []));
    const changes = /\d+ to (create|update|replace|delete)/.test(outcome.output);
    const replaces = /\d+ to replace/.test(outcome.output);
    const refused = outcome.code === 0 ? undefined : problem(outcome);
    return { changes, replaces, info: lines.join("\n"), warnings: warnings.join("\n"), refused };
  }

  async up(inputs: Inputs): Promise<void> {
    await this.ask(inputs);
    const outcome = await this.stack.up({ check: false });
    if (outcome.code !== 0) {
      const why = problem(outcome);
      throw why === undefined ? new Error(outcome.output) : new Refused(why);
    }
    await this.look();
  }

  async refresh(): Promise<boolean> {
    const before = this.state;
    await this.stack.refresh();
    await this.look();
    return !isDeepStrictEqual(before, this.state);
  }

  async destroy(): Promise<void> {
    await this.ask();
    await this.stack.up();
    this.state = {};
  }
}

/** What `check` refused, as `path: reason`; or the refusal of a change, or of a restart. */
function problem({ output }: Outcome): string | undefined {
  const found = /property (\S+) value .* has a problem: (.*)/.exec(output);
  if (found) return `${found[1]}: ${found[2]}`;
  return (
    /error: ([a-z][\w.-]*: .* Undo the change\.)/.exec(output)?.[1] ?? /.*`restart` is "refuse".*/.exec(output)?.[0]
  );
}

/** A rig whose resources the real engine makes. */
export class EngineStage implements Stage {
  readonly brief = true;

  private constructor(
    private readonly rig: Rig,
    private readonly stack: Stack,
  ) {}

  static async open(rig: Rig): Promise<EngineStage> {
    return new EngineStage(rig, await Stack.create());
  }

  get place() {
    return this.rig.place;
  }

  way({ kind }: KindSamples): Way {
    return new ByEngine(this.stack, { anemoi: this.place.connection }, kind);
  }

  companion(): Way {
    return this.rig.companion();
  }

  look(inputs: Inputs, state: Inputs): Look {
    return this.rig.look(inputs, state);
  }

  async close(): Promise<void> {
    await this.stack.destroy();
    await this.stack.dispose();
  }
}
