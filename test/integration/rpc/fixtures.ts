/** Definitions that the tests of the RPC make on a daemon of their own. */

export function domainXml(
  name: string,
  { disk, uuid, console: terminal }: { disk?: string; uuid?: string; console?: boolean } = {},
): string {
  const diskXml = disk
    ? `<disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>`
    : "";
  return `<domain type='qemu'><name>${name}</name>${uuid ? `<uuid>${uuid}</uuid>` : ""}
<memory unit='MiB'>64</memory><currentMemory unit='MiB'>48</currentMemory><vcpu current='1'>2</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type>${terminal ? "<bios useserial='yes'/>" : ""}</os><features><acpi/></features>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${diskXml}
<serial type='pty'><target port='0'/></serial><memballoon model='virtio'/></devices></domain>`;
}

export function networkXml(name: string, bridge: string): string {
  return `<network><name>${name}</name><bridge name='${bridge}'/><ip address='192.168.77.1' netmask='255.255.255.0'>
<dhcp><range start='192.168.77.10' end='192.168.77.99'/></dhcp></ip></network>`;
}

export function poolXml(name: string, path: string): string {
  return `<pool type='dir'><name>${name}</name><target><path>${path}</path></target></pool>`;
}

export function volumeXml(name: string, bytes: number, format: "raw" | "qcow2" = "qcow2"): string {
  return `<volume><name>${name}</name><capacity unit='B'>${bytes}</capacity><target><format type='${format}'/></target></volume>`;
}
