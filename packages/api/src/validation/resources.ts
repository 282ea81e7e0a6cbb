import { parseQuantityMilli } from "../quantity.ts";
import type { Container } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { qualifiedNameProblems } from "./formats.ts";

/** Source: `ValidateContainerResourceRequirements`. */
export function* resourcesCauses(resources: NonNullable<Container["resources"]>, path: string): Causes {
  const { limits = {}, requests = {} } = resources;
  for (const [name, quantity] of Object.entries(limits)) {
    yield* resourceCauses({ name, quantity }, `${path}.limits[${name}]`);
  }
  for (const [name, quantity] of Object.entries(requests)) {
    yield* resourceCauses({ name, quantity }, `${path}.requests[${name}]`);
    const limit = limits[name];
    if (limit !== undefined && milli(quantity) > milli(limit)) {
      yield field.invalid(`${path}.requests`, quantity, `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
}

function* resourceCauses({ name, quantity }: { name: string; quantity: string }, path: string): Causes {
  const problems = qualifiedNameProblems(name);
  yield* invalidEach(path, name, problems);
  if (problems.length === 0 && !name.includes("/") && !isStandard(name)) {
    yield field.invalid(path, name, "must be a standard resource type or fully qualified");
    yield field.invalid(path, name, "must be a standard resource for containers");
  }
  if (milli(quantity) < 0n) yield field.invalid(path, quantity, "must be greater than or equal to 0");
}

function isStandard(name: string): boolean {
  return name === "cpu" || name === "memory" || name === "ephemeral-storage" || name.startsWith("hugepages-");
}

function milli(quantity: string): bigint {
  const parsed = parseQuantityMilli(quantity);
  return parsed.ok ? parsed.value : 0n;
}
