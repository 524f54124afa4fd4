import { overTheLiveNic } from "../../bridges/over-the-live-nic";

// The other three, DHCP, Open vSwitch and VLANs: `npm run test:bridges`.
overTheLiveNic("systemd-networkd");
