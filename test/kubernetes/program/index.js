// Makes the cluster that the stack configuration names, and exports what it says.
const pulumi = require("@pulumi/pulumi");
const { KubernetesLab } = require("pulumi-windrose/components");

const [{ name, args }] = new pulumi.Config("e2e").requireObject("resources");
const { guests, knownHosts, kubeconfig, endpoint, caCertificate, nodeTable } = new KubernetesLab(name, args);
module.exports = { guests, knownHosts, kubeconfig, endpoint, caCertificate, nodeTable };
