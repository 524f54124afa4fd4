import assert from "node:assert/strict";
import { parse } from "yaml";
import { kubectlText, nodeTableText, tunnelledKubeconfig } from "../../../../../components/index";

const kubeconfig = `apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: AAAA
    server: https://172.17.2.2:6443
  name: winds
contexts:
- context: { cluster: winds, user: admin }
  name: admin@winds
current-context: admin@winds
users:
- name: admin
  user: { client-certificate-data: BBBB, client-key-data: CCCC }
`;

describe("what a cluster gives to those who use it", () => {
  it("is a table of its nodes", () => {
    const row = { role: "worker", host: "anemoi", version: "1.34.4", ready: true } as const;
    assert.equal(
      nodeTableText([
        { ...row, name: "boreas", role: "controlPlane", address: "172.17.2.2" },
        { ...row, name: "notus", address: "172.17.2.4", version: undefined, ready: false },
      ]),
      [
        "NODE    ROLE           VERSION  READY  HOST    ADDRESS",
        "boreas  control plane  1.34.4   yes    anemoi  172.17.2.2",
        "notus   worker         -        no     anemoi  172.17.2.4",
      ].join("\n"),
    );
  });

  it("is a way for kubectl, through the host where the guests are behind it", () => {
    const server = "172.17.2.2:6443";
    assert.equal(kubectlText(server, undefined), "kubectl --kubeconfig kubeconfig get nodes");
    assert.equal(
      kubectlText(server, "root@anemoi"),
      [
        "ssh -f -N -o ExitOnForwardFailure=yes -L 127.0.0.1:6443:172.17.2.2:6443 root@anemoi",
        "kubectl --kubeconfig kubeconfig --server https://127.0.0.1:6443 --tls-server-name 172.17.2.2 get nodes",
      ].join("\n"),
    );
    assert.match(
      kubectlText(server, "ops@gate:2222,root@[2001:db8::1]:22", 7443).split("\n")[0]!,
      /-L 127\.0\.0\.1:7443:172\.17\.2\.2:6443 -J ops@gate:2222 -p 22 root@2001:db8::1$/,
    );
  });

  it("is a kubeconfig through a tunnel, which still looks at the server's own name", () => {
    const { clusters, users } = parse(tunnelledKubeconfig(kubeconfig, 7443));
    assert.deepEqual(clusters[0].cluster, {
      "certificate-authority-data": "AAAA",
      server: "https://127.0.0.1:7443",
      "tls-server-name": "172.17.2.2",
    });
    assert.equal(users[0].user["client-key-data"], "CCCC");
  });
});
