import { overTheLiveNic } from "./over-the-live-nic";

for (const manager of ["systemd-networkd", "NetworkManager", "netplan", "ifupdown"] as const) overTheLiveNic(manager);
