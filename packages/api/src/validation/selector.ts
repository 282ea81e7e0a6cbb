import type { LabelSelector } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { labelValueProblems, qualifiedNameProblems } from "./formats.ts";
import { labelCauses } from "./metadata.ts";

/** Source: apimachinery `ValidateLabelSelector`. */
export function* selectorCauses(selector: LabelSelector, path: string): Causes {
  yield* labelCauses(selector.matchLabels, `${path}.matchLabels`);
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${index}]`;
    if (operator === "In" || operator === "NotIn") {
      const message = "must be specified when `operator` is 'In' or 'NotIn'";
      if (values.length === 0) yield field.required(`${at}.values`, message);
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      const message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      if (values.length > 0) yield field.forbidden(`${at}.values`, message);
    } else yield field.invalid(`${at}.operator`, operator ?? "", "not a valid selector operator");
    yield* invalidEach(`${at}.key`, key ?? "", qualifiedNameProblems(key ?? ""));
    for (const [valueIndex, value] of values.entries()) {
      yield* invalidEach(`${at}.values[${valueIndex}]`, value, labelValueProblems(value));
    }
  }
}
