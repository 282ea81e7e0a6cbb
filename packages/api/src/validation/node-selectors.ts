import type { PersistentVolume } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { labelValueProblems, qualifiedNameProblems } from "./formats.ts";

type NodeSelector = NonNullable<NonNullable<PersistentVolume["spec"]["nodeAffinity"]>["required"]>;
type Term = NodeSelector["nodeSelectorTerms"][number];
type Requirement = NonNullable<Term["matchExpressions"]>[number];

/** Source: `ValidateNodeSelector`. */
export function* nodeSelectorCauses({ nodeSelectorTerms }: NodeSelector, path: string): Causes {
  const at = `${path}.nodeSelectorTerms`;
  if (nodeSelectorTerms.length === 0) yield field.required(at, "must have at least one node selector term");
  for (const [index, { matchExpressions = [], matchFields = [] }] of nodeSelectorTerms.entries()) {
    for (const [each, requirement] of matchExpressions.entries()) {
      yield* expressionCauses(requirement, `${at}[${index}].matchExpressions[${each}]`);
    }
    for (const [each, requirement] of matchFields.entries()) {
      yield* fieldCauses(requirement, `${at}[${index}].matchFields[${each}]`);
    }
  }
}

function* expressionCauses({ key, operator, values = [] }: Requirement, path: string): Causes {
  if (operator === "In" || operator === "NotIn") {
    const message = "must be specified when `operator` is 'In' or 'NotIn'";
    if (values.length === 0) yield field.required(`${path}.values`, message);
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const message = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) yield field.forbidden(`${path}.values`, message);
  } else if (operator === "Gt" || operator === "Lt") {
    const message = "must be specified single value when `operator` is 'Lt' or 'Gt'";
    if (values.length !== 1) yield field.required(`${path}.values`, message);
  } else yield field.invalid(`${path}.operator`, operator ?? "", "not a valid selector operator");
  yield* invalidEach(`${path}.key`, key ?? "", qualifiedNameProblems(key ?? ""));
  for (const [index, value] of values.entries()) {
    yield* invalidEach(`${path}.values[${index}]`, value, labelValueProblems(value));
  }
}

/** Source: `ValidateNodeFieldSelectorRequirement`. */
function* fieldCauses({ key, operator, values = [] }: Requirement, path: string): Causes {
  if (operator !== "In" && operator !== "NotIn") {
    yield field.invalid(`${path}.operator`, operator, "not a valid selector operator");
  } else if (values.length !== 1) {
    const message = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    yield field.required(`${path}.values`, message);
  }
  if (key !== "metadata.name") yield field.invalid(`${path}.key`, key, "not a valid field selector key");
}
