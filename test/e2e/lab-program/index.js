// Makes the labs that the stack configuration names, and exports what each says for people.
const pulumi = require("@pulumi/pulumi");
const { KubernetesLab } = require("pulumi-windrose/components");

const asked = new pulumi.Config("e2e").requireObject("resources");
for (const { name, args } of asked) {
  const { guests, table, sshConfig, knownHosts, inventory, checks } = new KubernetesLab(name, args);
  const seen = Object.fromEntries(Object.entries(checks).map(([guest, check]) => [guest, check.stdout]));
  exports[name] = { guests, table, sshConfig, knownHosts, inventory, checks: seen };
}
