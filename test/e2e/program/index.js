// Makes the resources that the stack configuration names. A test changes the configuration, not the program.
const pulumi = require("@pulumi/pulumi");
const windrose = require("pulumi-windrose");

const config = new pulumi.Config("e2e");
const asked = config.requireObject("resources");
const secrets = config.getSecretObject("secrets") ?? pulumi.output({});
const made = {};

class Group extends pulumi.ComponentResource {
  constructor(name, options) {
    super("e2e:index:Group", name, {}, options);
  }
}

/** `{"$ref": "pool"}` is that resource, `{"$secret": "name"}` a secret of the configuration, `{"$id": "pool"}` its id, `{"$env": "NAME"}` of the environment. */
function expand(value) {
  if (Array.isArray(value)) return value.map(expand);
  if (value === null || typeof value !== "object") return value;
  if (value.$ref) return made[value.$ref];
  if (value.$id) return made[value.$id].id;
  if (value.$env) return process.env[value.$env];
  if (value.$secret) return secrets.apply((all) => all[value.$secret]);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, expand(inner)]));
}

const groups = {};
for (const { kind, name, logical = name, args = {}, options = {} } of asked) {
  const { parent, aliases, retainOnDelete, protect, replaceOnChanges } = options;
  if (parent && !groups[parent]) groups[parent] = new Group(parent);
  const parentResource = parent ? groups[parent] : undefined;
  made[name] = new windrose[kind](logical, expand(args), {
    parent: parentResource,
    retainOnDelete,
    protect,
    replaceOnChanges,
    aliases: aliases?.map((alias) =>
      alias.noParent ? { ...alias, noParent: undefined, parent: pulumi.rootStackResource } : alias,
    ),
  });
}

exports.guests = Object.fromEntries(
  Object.entries(made)
    .filter(([, resource]) => resource instanceof windrose.VirtualMachine)
    .map(([name, machine]) => [
      name,
      {
        uuid: machine.uuid,
        ipAddress: machine.ipAddress,
        macAddresses: machine.macAddresses,
        sshHostKeys: machine.sshHostKeys,
        restartPending: machine.restartPending,
      },
    ]),
);
