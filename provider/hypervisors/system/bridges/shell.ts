import { quoteArgument } from "../../../transports/quote";

/** A command as a line of a shell script. */
export const line = (...argv: string[]): string => argv.map(quoteArgument).join(" ");

/** Waits until a device is there, 10 s at most. */
export const waitForDevice = (device: string): string =>
  `i=0; while [ ! -e ${quoteArgument(`/sys/class/net/${device}`)} ] && [ $i -lt 100 ]; do i=$((i+1)); sleep 0.1; done`;

/** Takes a device away, where it is there. */
export const deleteDevice = (device: string): string =>
  `if [ -e ${quoteArgument(`/sys/class/net/${device}`)} ]; then ${line("ip", "link", "delete", device)}; fi`;

/** The first line of every file that is made. */
export const header = (name: string): string => `# Made by windrose for the HostBridge ${name}; edited by it alone.`;
