// As many resources as the configuration says, which do nothing: what is left is the engine's own time.
const pulumi = require("@pulumi/pulumi");

const provider = [
  "exports.handler = () => ({",
  "  check: async (_olds, news) => ({ inputs: news, failures: [] }),",
  "  diff: async () => ({ changes: false }),",
  "  create: async (inputs) => ({ id: inputs.name, outs: inputs }),",
  "  delete: async () => {},",
  "});",
].join("\n");

class Nothing extends pulumi.CustomResource {
  constructor(name) {
    super("pulumi-nodejs:dynamic/floor:Nothing", name, { name, __provider: provider });
  }
}

const count = new pulumi.Config().requireNumber("count");
for (let index = 0; index < count; index++) new Nothing(`nothing${index}`);
