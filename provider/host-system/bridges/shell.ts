import { quoteArgument } from "../../transports/quote";

/** A command as a line of a shell script. */
export const line = (...argv: string[]): string => argv.map(quoteArgument).join(" ");

/** Succeeds where a device is there. */
export const isDevice = (device: string): string => line("test", "-e", `/sys/class/net/${device}`);

/** Waits until a device is there. @param longest Seconds. */
export const waitForDevice = (device: string, longest = 10): string =>
  `i=0; while ! ${isDevice(device)} && [ $i -lt ${longest * 10} ]; do i=$((i+1)); sleep 0.1; done`;

/** Takes a device away, where it is there. */
export const deleteDevice = (device: string): string =>
  `if ${isDevice(device)}; then ${line("ip", "link", "delete", device)}; fi`;

/** The first line of every file that is made. */
export const header = (name: string): string => `# Made by windrose for the HostBridge ${name}; edited by it alone.`;
