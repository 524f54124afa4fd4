/** `q35` for `q35` and `pc-q35-7.2`, `pc` for `pc` and `pc-i440fx-7.2`; else the type without its version. */
export function machineFamily(type: string): string {
  if (/^(pc-)?q35(-|$)/.test(type)) return "q35";
  if (/^pc(-|$)/.test(type)) return "pc";
  return type.replace(/-\d+(\.\d+)*$/, "");
}
