import { capabilities } from "../../provider/hypervisors/capabilities";
import type { Effect, EffectRule, Leaf } from "../../provider/schema";

const words: Readonly<Record<Effect, string>> = {
  live: "live",
  restart: "after a restart",
  replace: "replaces it",
  local: "in the state alone",
};

/** A rule in words: its own; else what it says where nothing is known of the rest of the resource. */
export function effectWords(rule: EffectRule): string {
  if (typeof rule === "string") return words[rule];
  if (rule.text !== undefined) return rule.text;
  const verdict = rule({
    old: undefined,
    new: undefined,
    oldInputs: {},
    newInputs: {},
    beside: {},
    capabilities: capabilities.libvirt,
  });
  if (typeof verdict === "string") return words[verdict];
  return "refuse" in verdict ? verdict.refuse : verdict.says;
}

export function defaultWords(spec: Leaf): string | undefined {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return spec.default === undefined || typeof spec.default === "function"
    ? undefined
    : `\`${JSON.stringify(spec.default)}\``;
}
