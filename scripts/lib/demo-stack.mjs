/**
 * The demo's Pulumi stack: its backend, its PULUMI_HOME, its passphrase, its configuration and its ssh key are all in one
 * directory of the cache, so that nothing in the checkout changes and no account is needed.
 */
import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { toolchainEnvironment } from "../toolchain.mjs";
import { capture, runAttached } from "./processes.mjs";
import { root } from "./project.mjs";
import { Told } from "./steps.mjs";

const require = createRequire(import.meta.url);
const project = "four-winds";

async function readOrMake(file, make) {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
    const content = make();
    await writeFile(file, content, { mode: 0o600 });
    return content;
  }
}

export class DemoStack {
  /**
   * @param {string} directory where all of it is kept
   * @param {{stack: string, toolchain: {path: string}, enter?: string[]}} options `enter` is put before each command
   */
  constructor(directory, { stack, toolchain, enter = [] }) {
    this.directory = directory;
    this.stack = stack;
    this.toolchain = toolchain;
    this.enter = enter;
    this.configFile = join(directory, `Pulumi.${stack}.yaml`);
    this.sshConfig = join(directory, "ssh_config");
    this.knownHosts = join(directory, "known_hosts");
    this.identityFile = join(directory, "id_ed25519");
  }

  /** Makes what is missing of the directory and the stack. Gives the public key that guests are to let in. */
  async prepare() {
    await mkdir(join(this.directory, "state"), { recursive: true, mode: 0o700 });
    await readOrMake(join(this.directory, "passphrase"), () => randomBytes(24).toString("base64url"));
    // A project file of the same name: what the command line program writes beside one lands here, not in the checkout.
    await writeFile(join(this.directory, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
    const { hostKeyOf, makeHostKeySeed } = require(join(root, "dist/provider/guest/host-keys.js"));
    let publicKey;
    await readOrMake(this.identityFile, () => {
      const pair = hostKeyOf(makeHostKeySeed());
      publicKey = pair.public;
      return pair.private;
    });
    publicKey = await readOrMake(`${this.identityFile}.pub`, () => publicKey);
    const result = await this.capture(["stack", "select", "--create", "--stack", this.stack], { inDirectory: true });
    if (result.code !== 0) throw new Told(`The stack can't be made:\n${result.stderr.trim()}`);
    return publicKey.trim();
  }

  /**
   * Writes the stack's configuration. What somebody has changed in it since the last time stays.
   *
   * @param {string} base a file of the checkout to begin with
   * @param {Record<string, unknown>} defaults what differs from it
   * @param {Record<string, unknown>} values what is known only now
   */
  async configure(base, defaults, values) {
    const { parse, stringify } = require("yaml");
    const { config: before, ...secrets } = parse(await readFile(this.configFile, "utf8").catch(() => "")) ?? {};
    const { config } = parse(await readFile(join(root, base), "utf8"));
    const whole = { ...config, ...defaults, ...before, ...values };
    await writeFile(this.configFile, stringify({ ...secrets, config: whole }));
  }

  /** Another configuration file with some values changed; the stack's own stays as it is. */
  async variant(change) {
    const { parse, stringify } = require("yaml");
    const whole = parse(await readFile(this.configFile, "utf8"));
    whole.config = { ...whole.config, ...change(whole.config) };
    const file = join(this.directory, "variant.yaml");
    await writeFile(file, stringify(whole));
    return file;
  }

  async environment() {
    return {
      ...process.env,
      ...toolchainEnvironment(root, this.toolchain),
      PULUMI_HOME: join(this.directory, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.directory, "passphrase"),
      // `npm run lint` checks the program's types; doing it again takes some seconds of each command.
      PULUMI_NODEJS_TRANSPILE_ONLY: process.env.PULUMI_NODEJS_TRANSPILE_ONLY ?? "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SUPPRESS_NEO_LINK: "true",
    };
  }

  command(args, { inDirectory = false, configFile = this.configFile } = {}) {
    const configured = /^(up|preview|refresh|destroy|config)$/.test(args[0]) ? ["--config-file", configFile] : [];
    const where = ["-C", inDirectory ? this.directory : root];
    const stack = args.includes("--stack") ? [] : ["--stack", this.stack];
    return [...this.enter, this.toolchain.pulumi, ...args, ...configured, ...stack, ...where];
  }

  /** Runs pulumi on this terminal; resolves with its exit code. */
  async run(args, options) {
    return runAttached(this.command(args, options), { env: await this.environment() });
  }

  /**
   * `pulumi up` on this terminal. Pulumi's own log of events tells afterwards whether it failed for a restart that was
   * refused, which its exit code does not.
   *
   * @returns {Promise<{code: number, refusedRestart: boolean}>}
   */
  async up(args) {
    const log = join(this.directory, "events.json");
    await rm(log, { force: true });
    try {
      const env = { ...(await this.environment()), PULUMI_DEBUG_COMMANDS: "true" };
      const code = await runAttached(this.command(["up", ...args, "--event-log", log]), { env });
      const events = code === 0 ? "" : await readFile(log, "utf8").catch(() => "");
      return { code, refusedRestart: /restart: (\\"|\\u0022)now/.test(events) };
    } finally {
      await rm(log, { force: true });
    }
  }

  async capture(args, options) {
    const env = await this.environment();
    return capture(this.command(args, options), { env, quiet: true, timeout: 120_000 });
  }

  async outputs() {
    const result = await this.capture(["stack", "output", "--json"], { inDirectory: true });
    if (result.code !== 0) throw new Told(`The stack's outputs can't be read:\n${result.stderr.trim()}`);
    return JSON.parse(result.stdout);
  }

  /** Whether a stack was ever made here; without one there is nothing on any host. */
  async exists() {
    const names = await readdir(join(this.directory, "state/.pulumi/stacks", project)).catch(() => []);
    return names.some((name) => name === `${this.stack}.json` || name === `${this.stack}.json.gz`);
  }

  /** ssh's configuration for the guests, and for the host that stands before them. */
  async writeSshFiles(outputs, jump) {
    const names = Object.keys(outputs.guests).join(" ");
    const lines = [
      outputs.sshConfig,
      `Host ${names}`,
      `  IdentityFile ${this.identityFile}`,
      "  IdentitiesOnly yes",
      `  UserKnownHostsFile ${this.knownHosts}`,
      "  StrictHostKeyChecking yes",
      "",
      ...jump,
    ];
    await writeFile(this.sshConfig, `${lines.join("\n")}\n`);
    await writeFile(this.knownHosts, outputs.knownHosts);
  }

  ssh(args) {
    return [...this.enter, "ssh", "-F", this.sshConfig, ...args];
  }

  /** The names that ssh's configuration has; none before the guests have come up. */
  async sshNames() {
    const text = await readFile(this.sshConfig, "utf8").catch(() => "");
    return [...text.matchAll(/^Host (.*)$/gm)].flatMap(([, names]) => names.trim().split(/\s+/));
  }

  async remove() {
    await rm(this.directory, { recursive: true, force: true });
  }
}
