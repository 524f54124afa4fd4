import { type Inputs, isRecord } from "../../basics/record";
import { startsWithProgram } from "./fields";

/** Programs whose `-e` takes the next argument for a script; to a shell it means to stop at the first error. */
const readsArgument = /(^|\/)(perl|ruby|node|lua)[\d.]*$/;

export function validateCommand(
  inputs: Inputs,
  _carried: Record<string, Inputs>,
  failures: { property: string; reason: string }[],
): void {
  if (inputs.create === undefined && inputs.update === undefined && inputs.delete === undefined)
    failures.push({ property: "create", reason: "is required, where there is neither `update` nor `delete`" });
  if (inputs.machine === undefined && isRecord(inputs.connection))
    failures.push({ property: "connection", reason: "is that of a `machine`: a host has its own" });
  const { interpreter } = inputs;
  if (Array.isArray(interpreter)) {
    const last = interpreter.at(-1);
    if (interpreter.length === 0 || (typeof interpreter[0] === "string" && !startsWithProgram(interpreter)))
      failures.push({ property: "interpreter", reason: "does not begin with a program" });
    else if (interpreter.length > 1 && (last === "-c" || (last === "-e" && readsArgument.test(String(interpreter[0])))))
      failures.push({ property: "interpreter", reason: `is given the script as a file: leave \`${last}\` away` });
    for (const name of ["create", "update", "delete"])
      if (Array.isArray(inputs[name]))
        failures.push({ property: name, reason: "with an `interpreter` it must be a script, not a list" });
  }
}
