import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import sinon from "sinon";
import { type Inputs, isRecord } from "../../provider/basics/record";
import { resource } from "../../provider/entry";
import type { Kind } from "../../provider/lifecycle/schema";
import { Engine } from "../../provider/pulumi/engine";

/** A preview: what it says, and what the engine would do. */
export interface Previewed {
  readonly changes: boolean;
  readonly replaces: boolean;
  /** Messages on the resource. */
  readonly info: string;
  readonly warnings: string;
  /** Why it is refused. */
  readonly refused?: string;
}

/** Refused before anything was touched. */
export class Refused extends Error {}

/** One resource, and how it is changed. */
export interface Way {
  /** The outputs that the state has. */
  readonly state: Inputs;
  preview(inputs: Inputs): Promise<Previewed>;
  /** Throws `Refused` where it is. */
  up(inputs: Inputs): Promise<void>;
  /** Whether anything is seen to be another. */
  refresh(): Promise<boolean>;
  destroy(): Promise<void>;
}

/** What a resource's constructor adds to its inputs, by what it stands on. */
export type Hidden = (inputs: Inputs) => Inputs;

/** What the resources' names derive from. */
export const [project, stack] = ["conformance", "conf"];

/** A second stack: a Host is refused on a machine where its own stack has made something under another lineage. */
export const otherStack = "conf-other";

interface Stored {
  id: string;
  inputs: Inputs;
  state: Inputs;
}

const messages: { urn: string; severity: string; text: string }[] = [];

/** Messages to the engine are kept, for there is none. Undone by `stopListening`. */
export function listen(): void {
  sinon.stub(Engine.prototype, "log").callsFake((severity, urn, text) => {
    messages.push({ severity, urn, text });
  });
}

export function stopListening(): void {
  sinon.restore();
}

/** As the wire has it: without what is undefined. */
const plain = (value: Inputs): Inputs => JSON.parse(JSON.stringify(value)) as Inputs;

/**
 * A resource by calls of the adapter as the engine makes them (pkg/resource/deploy/step_generator.go and
 * sdk/nodejs/cmd/dynamic-provider/index.ts): check with the old inputs, diff with the old outputs; a replacement deletes
 * first and checks anew without old inputs.
 */
export class InProcess implements Way {
  private stored: Stored | undefined;
  private readonly provider: Required<pulumi.dynamic.ResourceProvider>;
  private readonly urn: string;

  constructor(
    kind: Kind,
    readonly name: string,
    private readonly hidden: Hidden,
    its = stack,
  ) {
    this.provider = resource(kind) as Required<pulumi.dynamic.ResourceProvider>;
    this.urn = `urn:pulumi:${its}::${project}::pulumi-nodejs:dynamic/windrose:${kind}::${name}`;
  }

  get state(): Inputs {
    return this.stored?.state ?? {};
  }

  get id(): string {
    if (!this.stored) throw new Error(`${this.urn} is not there`);
    return this.stored.id;
  }

  private async check(given: Inputs, old: Inputs | undefined, preview: boolean): Promise<Inputs> {
    const news = { ...given, ...this.hidden(given), __urn: this.urn, __preview: preview, __provider: "entry" };
    const { inputs, failures } = await this.provider.check(plain(old ?? {}), plain(news));
    if (failures && failures.length > 0)
      throw new Refused(failures.map(({ property, reason }) => `${property}: ${reason}`).join("\n"));
    return { ...plain(inputs ?? {}), __provider: "entry" };
  }

  private async differs(news: Inputs): Promise<{ changes: boolean; replaces: boolean }> {
    const { id, state, inputs } = this.stored!;
    const answer = await this.provider.diff(id, plain(state), plain(news)).catch((error: Error) => {
      throw new Refused(error.message);
    });
    const replaces = (answer.replaces ?? []).length > 0;
    return { changes: replaces || (answer.changes ?? !isDeepStrictEqual(inputs, news)), replaces };
  }

  async preview(given: Inputs): Promise<Previewed> {
    messages.length = 0;
    try {
      const news = await this.check(given, this.stored?.inputs, true);
      const found = this.stored ? await this.differs(news) : { changes: true, replaces: false };
      const of = (severity: string) =>
        messages.flatMap((one) => (one.urn === this.urn && one.severity === severity ? [one.text] : [])).join("\n");
      return { ...found, info: of("info"), warnings: of("warning") };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { changes: false, replaces: false, info: "", warnings: "", refused: error.message };
    }
  }

  async up(given: Inputs): Promise<void> {
    let news = await this.check(given, this.stored?.inputs, false);
    if (this.stored) {
      const { changes, replaces } = await this.differs(news);
      if (!changes) return;
      if (!replaces) {
        const { id, state } = this.stored;
        const { outs } = await this.keep(id, news, this.provider.update(id, plain(state), plain(news)));
        this.stored = { id, inputs: news, state: plain((outs ?? {}) as Inputs) };
        return;
      }
      await this.destroy();
      news = await this.check(given, undefined, false);
    }
    const { id, outs } = await this.keep("", news, this.provider.create(plain(news)));
    this.stored = { id, inputs: news, state: plain((outs ?? {}) as Inputs) };
  }

  /** What is half made is in the state. */
  private async keep<T>(id: string, inputs: Inputs, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const half = error as { id?: string; properties?: Inputs };
      if (isRecord(half.properties)) this.stored = { id: half.id ?? id, inputs, state: plain(half.properties) };
      else if (/`restart` is "refuse"/.test(String(error))) throw new Refused(String(error));
      throw error;
    }
  }

  async refresh(): Promise<boolean> {
    const before = this.stored!;
    const { id, props, inputs } = await this.provider.read(before.id, plain(before.state));
    if (!id) {
      this.stored = undefined;
      return true;
    }
    const given = { ...plain((inputs as Inputs | undefined) ?? before.inputs), __provider: "entry" };
    this.stored = { id, inputs: given, state: plain((props ?? {}) as Inputs) };
    return !isDeepStrictEqual(before.state, this.stored.state);
  }

  async destroy(): Promise<void> {
    if (!this.stored) return;
    await this.provider.delete(this.stored.id, plain(this.stored.state));
    this.stored = undefined;
  }
}
