import assert from "node:assert/strict";
import { type AuthContext, Server, utils } from "ssh2";
import { SshTransport } from "../../../provider/transports/ssh";

/** sshd checks the passwords of system accounts alone, so this server is one of ssh2's own. */
describe("passwords of the ssh transport", function () {
  this.timeout(20_000);
  const keys = utils.generateKeyPairSync("ed25519");

  /** `accept` answers the attempt itself, or returns whether it is a good one. */
  const run = async (
    accept: (context: AuthContext) => boolean | "answered",
    methods: ("password" | "keyboard-interactive")[],
  ) => {
    const server = new Server({ hostKeys: [keys.private] }, (client) => {
      client.on("error", () => {});
      client.on("authentication", (context) => {
        const verdict = accept(context);
        if (verdict === true) context.accept();
        if (verdict === false) context.reject(methods);
      });
      client.on("session", (acceptSession) => {
        acceptSession().on("exec", (acceptExec) => {
          const channel = acceptExec();
          channel.write("in");
          channel.exit(0);
          channel.end();
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const transport = new SshTransport({
      address: "127.0.0.1",
      port,
      user: "somebody",
      password: "hunter2",
      agent: false,
      sshConfig: false,
      hostKey: keys.public,
    });
    try {
      return (await transport.exec(["true"])).stdout;
    } finally {
      await transport.close();
      server.close();
    }
  };

  it("gives it to a server that asks for it", async () => {
    const accept = (context: AuthContext) => context.method === "password" && context.password === "hunter2";
    assert.equal(await run(accept, ["password"]), "in");
  });

  it("answers a prompt with it, and no prompt that would show it", async () => {
    let asked = false;
    const accept = (context: AuthContext): boolean | "answered" => {
      if (context.method !== "keyboard-interactive" || asked) return false;
      asked = true;
      const prompts = [
        { prompt: "Password: ", echo: false },
        { prompt: "Favourite colour: ", echo: true },
      ];
      context.prompt(prompts, (answers) => {
        if (answers[0] === "hunter2" && answers[1] === "") context.accept();
        else context.reject();
      });
      return "answered";
    };
    assert.equal(await run(accept, ["keyboard-interactive"]), "in");
  });
});
