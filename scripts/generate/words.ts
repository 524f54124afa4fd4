import { changesLive, type Features } from "../../provider/drivers/features";
import { defaultDriver, featuresOf } from "../../provider/drivers/registry";
import { type EffectRule, effectWords, type Leaf } from "../../provider/lifecycle/schema";

/** A rule in words: its own; else what it says where nothing is known of the rest of the resource. */
export function ruleWords(rule: EffectRule, features: Features = featuresOf(defaultDriver)): string {
  if (typeof rule === "function" && rule.live && !changesLive(features, rule.live)) return effectWords.restart;
  if (typeof rule === "function" && rule.text !== undefined) return rule.text;
  const nothing = { old: undefined, new: undefined, oldInputs: {}, newInputs: {}, beside: {}, state: {}, features };
  const verdict = typeof rule === "function" ? rule(nothing) : rule;
  if (typeof verdict === "string") return effectWords[verdict];
  return "refuse" in verdict ? verdict.refuse : (verdict.says ?? effectWords[verdict.effect]);
}

export function defaultWords(spec: Leaf): string | undefined {
  if (spec.defaultText !== undefined) return spec.defaultText;
  return spec.default === undefined || typeof spec.default === "function"
    ? undefined
    : `\`${JSON.stringify(spec.default)}\``;
}
