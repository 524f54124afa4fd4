/** A firmware that starts nothing: the hosts have none, and what is tried is how it comes and goes. */
const description = {
  description: "empty",
  "interface-types": ["uefi"],
  mapping: {
    device: "flash",
    executable: { filename: "/srv/conf-code.fd", format: "raw" },
    "nvram-template": { filename: "/srv/conf-vars.fd", format: "raw" },
  },
  targets: [{ architecture: "x86_64", machines: ["pc-i440fx-*", "pc-q35-*"] }],
  features: ["acpi-s3", "acpi-s4"],
  tags: [],
};

/** A script that brings it to a host. */
export const firmware = `set -e
mkdir -p /srv /usr/share/qemu/firmware
head -c 1M /dev/zero > /srv/conf-code.fd
cp /srv/conf-code.fd /srv/conf-vars.fd
cat > /usr/share/qemu/firmware/60-conf.json <<'END'
${JSON.stringify(description)}
END
`;
