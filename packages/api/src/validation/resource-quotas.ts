import { parseQuantityMilli } from "../quantity.ts";
import { isIntegerResource, isStandardQuotaResource, isStandardResource } from "../quota/resource-names.ts";
import { hasScopeFor, quotaScopes } from "../quota/scopes.ts";
import type { ResourceQuota } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { qualifiedNameProblems } from "./formats.ts";

type Spec = ResourceQuota["spec"];
type Requirement = NonNullable<NonNullable<Spec["scopeSelector"]>["matchExpressions"]>[number];

const conflictingPairs = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;
const existsOnly =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

/** Source: `ValidateResourceQuota`. */
export function* resourceQuotaCauses({ spec, status }: ResourceQuota): Causes {
  yield* amountCauses(spec.hard, "spec.hard");
  yield* scopesCauses(spec);
  yield* scopeSelectorCauses(spec);
  yield* amountCauses(status?.hard, "status.hard");
  yield* amountCauses(status?.used, "status.used");
}

/** Source: `ValidateResourceQuotaUpdate`, `ValidateResourceQuotaStatusUpdate`. */
export function* resourceQuotaUpdateCauses(next: ResourceQuota, before: ResourceQuota): Causes {
  yield* resourceQuotaCauses(next);
  const [scopes, scopesBefore] = [next, before].map(({ spec }) => [...new Set(spec.scopes)].toSorted());
  if (isSame(scopes, scopesBefore)) return;
  yield field.invalid("spec.scopes", next.spec.scopes ?? [], "field is immutable");
}

/** Amounts of what a quota can limit; also of a status. */
function* amountCauses(amounts: Spec["hard"], path: string): Causes {
  for (const [name, quantity] of Object.entries(amounts ?? {})) {
    const at = `${path}[${name}]`;
    yield* resourceNameCauses(name, at);
    yield* resourceAmountCauses({ name, quantity }, at);
  }
}

/** Source: `ValidateResourceQuotaResourceName`. */
function* resourceNameCauses(name: string, path: string): Causes {
  const problems = qualifiedNameProblems(name);
  yield* invalidEach(path, name, problems);
  if (name.includes("/")) return;
  if (problems.length === 0 && !isStandardResource(name)) {
    yield field.invalid(path, name, "must be a standard resource type or fully qualified");
  }
  if (!isStandardQuotaResource(name)) yield field.invalid(path, name, "must be a standard resource for quota");
}

/** Source: `ValidateResourceQuantityValue`. */
function* resourceAmountCauses({ name, quantity }: { name: string; quantity: string }, path: string): Causes {
  const parsed = parseQuantityMilli(quantity);
  const milli = parsed.ok ? parsed.value : 0n;
  if (milli < 0n) yield field.invalid(path, quantity, "must be greater than or equal to 0");
  if (isIntegerResource(name) && milli % 1000n !== 0n) yield field.invalid(path, quantity, "must be an integer");
}

function* scopesCauses(spec: Spec): Causes {
  const { scopes = [], hard = {} } = spec;
  for (const scope of scopes) {
    if (!quotaScopes.includes(scope)) yield field.invalid("spec.scopes", scopes, "unsupported scope");
    for (const name of Object.keys(hard).toSorted()) {
      if (!isStandardQuotaResource(name) || hasScopeFor(scope, name)) continue;
      yield field.invalid("spec.scopes", scopes, "unsupported scope applied to resource");
    }
  }
  if (areConflicting(scopes)) yield field.invalid("spec.scopes", scopes, "conflicting scopes");
}

function* scopeSelectorCauses({ scopeSelector, scopes = [], hard = {} }: Spec): Causes {
  if (scopeSelector === undefined) return;
  const path = "spec.scopeSelector.matchExpressions";
  const requirements = scopeSelector.matchExpressions ?? [];
  for (const requirement of requirements) {
    const { scopeName } = requirement;
    if (!quotaScopes.includes(scopeName)) yield field.invalid(`${path}.scopeName`, scopeName, "unsupported scope");
    for (const name of Object.keys(hard).toSorted()) {
      if (!isStandardQuotaResource(name) || hasScopeFor(scopeName, name)) continue;
      yield field.invalid(path, scopeSelector, "unsupported scope applied to resource");
    }
    yield* operatorCauses(requirement, path);
  }
  if (areConflicting(requirements.map(({ scopeName }) => scopeName))) {
    yield field.invalid(path, scopes, "conflicting scopes");
  }
}

function* operatorCauses({ scopeName, operator, values = [] }: Requirement, path: string): Causes {
  if (scopeName !== "PriorityClass" && quotaScopes.includes(scopeName) && operator !== "Exists") {
    yield field.invalid(`${path}.operator`, operator, existsOnly);
  }
  if (operator === "In" || operator === "NotIn") {
    if (values.length > 0) return;
    const message = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    yield field.required(`${path}.values`, message);
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length === 0) return;
    const message = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    yield field.invalid(`${path}.values`, values, message);
  } else yield field.invalid(`${path}.operator`, operator, "not a valid selector operator");
}

function areConflicting(scopes: readonly string[]): boolean {
  return conflictingPairs.some((pair) => pair.every((scope) => scopes.includes(scope)));
}
