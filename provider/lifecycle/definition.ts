import type { Inputs } from "../basics/record";
import type { Hypervisor } from "../drivers/hypervisor";
import type { Consequences, Neighbour, PlannedChange } from "./consequences";
import type { Context } from "./context";
import type { Exclusive, Exclusives } from "./exclusives";
import type { Table } from "./schema";
import type { Hidden } from "./typed-inputs";
import type { Failure } from "./validate";

/** What a resource is to the lifecycle: what it derives and checks, and how it is observed, made, changed and removed. */

/** What `check` derives from: known at preview, but for the lineage of a host that is yet to be made. */
export interface Identity {
  readonly urn: string;
  readonly project: string;
  readonly stack: string;
  readonly name: string;
  /** The host's lineage; undefined while it is not known. */
  readonly lineage?: string;
  /** How the host is reached, as the state has it. */
  readonly connection?: unknown;
  /** Name of the driver behind that connection; undefined while it is not known. */
  readonly driver?: string;
  /** What the resources checked so far want for themselves alone; absent where nobody keeps a list. */
  readonly exclusives?: Exclusives;
}

/** One run of the walk: what is asked for, what was there before, and what the steps find and make. */
export interface Run<Observed, Typed extends Inputs = Inputs> {
  readonly context: Context;
  readonly hypervisor: Hypervisor;
  /** As the program gave them, without defaults; of a `read`, as the state has them. */
  readonly given: Partial<Typed> & Hidden;
  /** With every default filled in, or what an adopted object had in its place (`made.__found`). */
  readonly inputs: Typed & Hidden;
  /** Old outputs, where there is a state, with every default filled in as in `inputs`; undefined in `create`. */
  readonly previous?: Partial<Typed> & Inputs;
  /** What is there now; set by `observe` and brought up to date by steps that change it. */
  observed?: Observed;
  /** Whether `observe` found it there, before this run made anything. */
  found?: boolean;
  /** Outputs that are no inputs; what a step puts here is in the state even where a later step fails. */
  readonly made: Inputs;
}

interface Step<Observed, Typed extends Inputs> {
  readonly name: string;
  run(run: Run<Observed, Typed>): Promise<void>;
}

export interface Definition<Observed = unknown, Typed extends Inputs = Inputs> extends Table {
  /** Default of the `timeout` input, seconds. */
  readonly timeout: number;
  /** Hidden names that its constructor sends and its state keeps: `__through`. */
  readonly keeps?: readonly string[];
  /** Hears what the program asks for, before it is checked: for what a plan of several resources must know. */
  hears?(given: Inputs): void;
  /** Whether work on it calls the hypervisor, so that it is worth connecting to it meanwhile. Default: it does. */
  connects?(inputs: Inputs): boolean;
  /** What a person calls it in a sentence: `VirtualMachine "boreas"`. Default: kind and name. */
  title?(inputs: Inputs, context: { name: string }): string;
  /** Fills in derived fields that are not given: from the old inputs where they hold one, else anew; `unknown` where they can't be known yet. */
  derive?(inputs: Inputs, olds: Inputs | undefined, identity: Identity, failures: Failure[]): void | Promise<void>;
  /** What can never be right, across fields. Values may be unknown. */
  validate?(
    inputs: Inputs,
    carried: Record<string, Inputs>,
    failures: Failure[],
    olds: Inputs | undefined,
    identity: Identity,
  ): void;
  /**
   * What it has for itself alone on its host. Two of one program that want the same would be found out by the host in the
   * middle of an update.
   */
  exclusives?(inputs: Inputs, carried: Record<string, Inputs>, identity: Identity): readonly Exclusive[];
  /** What a change takes away from people. It asks no host. Default: nothing goes down, and it holds no data of its own. */
  consequences?(change: PlannedChange, others: readonly Neighbour[]): Consequences;
  /** The Pulumi id, known from the inputs once the resource is there. */
  id(inputs: Typed, made: Inputs): string;
  /** What is there under this identity: undefined on the typed not-found alone. Throws `already-exists` where a foreign one is in the way. */
  observe(run: Run<Observed, Typed>): Promise<Observed | undefined>;
  /** Makes it, where `observe` found nothing. */
  ensure(run: Run<Observed, Typed>): Promise<Observed>;
  /**
   * Whether `ensure`, which failed, left something on the host: then the state has the resource, half-made, and what is
   * there goes with it. Default: it did not.
   */
  leaves?(run: Run<Observed, Typed>): boolean;
  /** Brings each aspect to what is asked for. Every step may be run again. */
  readonly steps: readonly Step<Observed, Typed>[];
  /** The outputs that are no inputs. */
  outputsOf(run: Run<Observed, Typed>): Promise<Inputs> | Inputs;
  /** For `read`: the inputs as they really are; what is not observed stays as it is in `stored`, which has no defaults. */
  drift(run: Run<Observed, Typed>, stored: Inputs): Promise<Inputs> | Inputs;
  /** Steps that what was observed shows to be unfinished: after a refresh the next `up` goes on with them. */
  unfinished?(run: Run<Observed, Typed>): readonly string[];
  /**
   * For `read`, where `observe` found nothing: the inputs that say so, where parts of it are still there (a machine's disks,
   * a pool's directory). The state keeps it then, and the next update makes it whole again under the same identity.
   */
  remains?(run: Run<Observed, Typed>, stored: Inputs): Promise<Inputs | undefined>;
  /** Whether a change that takes effect after a restart would interrupt what was observed. Default: it would not. */
  runs?(observed: Observed): boolean;
  /** Takes away what is there. What is already gone is no error. */
  remove(run: Run<Observed, Typed>): Promise<void>;
}
