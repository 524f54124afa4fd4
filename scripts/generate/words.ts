import type { Features } from "../../provider/drivers/features";
import { defaultDriver, featuresOf } from "../../provider/drivers/registry";
import { type EffectRule, effectWords, type Leaf } from "../../provider/lifecycle/schema";

/** A rule in words: its own; else what it says where nothing is known of the rest of the resource. */
export function ruleWords(rule: EffectRule, features: Features = featuresOf(defaultDriver)): string {
  if (typeof rule === "string") return effectWords[rule];
  if (rule.text !== undefined) return rule.text;
  const verdict = rule({
    old: undefined,
    new: undefined,
    oldInputs: {},
    newInputs: {},
    beside: {},
    state: {},
    features,
  });
  if (typeof verdict === "string") return effectWords[verdict];
  return "refuse" in verdict ? verdict.refuse : verdict.says;
}

export function defaultWords(spec: Leaf): string | undefined {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return spec.default === undefined || typeof spec.default === "function"
    ? undefined
    : `\`${JSON.stringify(spec.default)}\``;
}
