/** Where a command reads and writes: the process, or a test. */
export interface Surroundings {
  readonly stdin: () => Promise<string>;
  readonly write: (text: string) => void;
  /** For people; the text ends without a new line. */
  readonly tell: (text: string) => void;
  readonly save: (file: string, text: string) => Promise<void>;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Why a command line is none; the text is for its user. */
export class WrongUsage extends Error {}

/** Why what a command was given to read is nothing that it reads. */
export class UnreadableInput extends Error {}

/** Why a forge did not take a comment; holds no token. */
export class ForgeRefused extends Error {}
