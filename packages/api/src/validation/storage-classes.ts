import type { StorageClass } from "../types.ts";
import { invalidEach, oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { qualifiedNameProblems } from "./formats.ts";

type Topologies = NonNullable<StorageClass["allowedTopologies"]>;
type Requirements = NonNullable<Topologies[number]["matchLabelExpressions"]>;

const mostParameters = 512;
const mostParameterBytes = 256 * 1024;

/** Source: `ValidateStorageClass`. */
export function* storageClassCauses(storageClass: StorageClass): Causes {
  const { provisioner, parameters = {}, reclaimPolicy, volumeBindingMode, allowedTopologies = [] } = storageClass;
  if (!provisioner) yield field.required("provisioner");
  else yield* invalidEach("provisioner", provisioner, qualifiedNameProblems(provisioner.toLowerCase()));
  yield* parameterCauses(parameters);
  yield* oneOfIfAny("reclaimPolicy", reclaimPolicy, ["Delete", "Retain"]);
  yield* oneOf("volumeBindingMode", volumeBindingMode, ["Immediate", "WaitForFirstConsumer"]);
  yield* topologyCauses(allowedTopologies);
}

/** Whether volumes may grow, mount options and topologies can change. Source: `ValidateStorageClassUpdate`. */
export function* storageClassUpdateCauses(next: StorageClass, before: StorageClass): Causes {
  yield* storageClassCauses(next);
  for (const key of ["parameters", "provisioner", "reclaimPolicy"] as const) {
    if (!isSame(next[key], before[key])) yield field.forbidden(key, `updates to ${key} are forbidden.`);
  }
  if (next.volumeBindingMode === before.volumeBindingMode) return;
  yield field.invalid("volumeBindingMode", next.volumeBindingMode, "field is immutable");
}

function* parameterCauses(parameters: NonNullable<StorageClass["parameters"]>): Causes {
  const entries = Object.entries(parameters);
  if (entries.length > mostParameters) yield field.tooLong("parameters", mostParameters);
  if (Object.hasOwn(parameters, "")) yield field.invalid("parameters", "", "field can not be empty.");
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes > mostParameterBytes) yield field.tooLong("parameters", mostParameterBytes);
}

/** Source: `validateAllowedTopologies`, `ValidateTopologySelectorTerm`; it names a requirement without its term's index. */
function* topologyCauses(topologies: Topologies): Causes {
  const seen = new Set<string>();
  for (const [index, { matchLabelExpressions = [] }] of topologies.entries()) {
    yield* requirementCauses(matchLabelExpressions, "allowedTopologies.matchLabelExpressions");
    const term = describeTerm(matchLabelExpressions);
    if (seen.has(term)) yield field.duplicate(`allowedTopologies[${index}].matchLabelExpressions`, "");
    seen.add(term);
  }
}

function* requirementCauses(requirements: Requirements, path: string): Causes {
  const keys = new Set<string>();
  for (const [index, requirement] of requirements.entries()) {
    const at = `${path}[${index}]`;
    const { values } = requirement;
    const key = requirement.key ?? "";
    if (values.length === 0) yield field.required(`${at}.values`);
    for (const [valueIndex, value] of values.entries()) {
      if (values.indexOf(value) < valueIndex) yield field.duplicate(`${at}.values[${valueIndex}]`, value);
    }
    yield* invalidEach(`${at}.key`, key, qualifiedNameProblems(key));
    if (keys.has(key)) yield field.duplicate(`${at}.key`, key);
    keys.add(key);
  }
}

function describeTerm(requirements: Requirements): string {
  const parts = requirements.map(({ key, values }) => [key ?? "", [...new Set(values)].toSorted()]);
  return JSON.stringify(parts.toSorted(([a], [b]) => String(a).localeCompare(String(b))));
}
