import { subdomainNameProblem } from "../names.ts";
import { parseQuantity, parseQuantityMilli } from "../quantity.ts";
import type { PersistentVolumeClaim } from "../types.ts";
import { invalidEach, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { selectorCauses } from "./selector.ts";

const supportedModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
const mostBytes = 2n ** 63n - 1n;
export const volumeModes: readonly string[] = ["Block", "Filesystem"];

/** Source: `ValidatePersistentVolumeClaimSpec`. Also for claim templates, whose spec may not be there. */
export function* claimSpecCauses(spec: PersistentVolumeClaim["spec"] | undefined, path: string): Causes {
  const { accessModes = [], selector, resources, storageClassName, volumeMode, dataSource, dataSourceRef } = spec ?? {};
  if (accessModes.length === 0) yield field.required(`${path}.accessModes`, "at least 1 access mode is required");
  if (selector !== undefined) yield* selectorCauses(selector, `${path}.selector`);
  yield* accessModeCauses(accessModes, `${path}.accessModes`);
  const storage = resources?.requests?.["storage"];
  if (storage === undefined) yield field.required(`${path}.resources[storage]`);
  else yield* sizeCauses(storage, `${path}.resources[storage]`);
  if (storageClassName) {
    yield* invalidEach(`${path}.storageClassName`, storageClassName, [subdomainNameProblem(storageClassName)]);
  }
  yield* oneOfIfAny(`${path}.volumeMode`, volumeMode, volumeModes);
  for (const [name, source] of Object.entries({ dataSource, dataSourceRef })) {
    if (source === undefined) continue;
    if (!source.name) yield field.required(`${path}.${name}.name`);
    if (!source.kind) yield field.required(`${path}.${name}.kind`);
    if (source.apiGroup || source.kind === "PersistentVolumeClaim") continue;
    yield field.invalid(
      `${path}.${name}`,
      source.kind,
      "must be 'PersistentVolumeClaim' when referencing the default apiGroup",
    );
  }
  if (dataSource === undefined || dataSourceRef === undefined) return;
  const { namespace: _, ...reference } = dataSourceRef;
  if (!isSame(dataSource, reference)) yield field.invalid(path, `${path}.dataSource`, "must match dataSourceRef");
}

/** What a claim asks for or a volume offers. */
export function* accessModeCauses(modes: readonly string[], path: string): Causes {
  for (const mode of modes) if (!supportedModes.includes(mode)) yield field.notSupported(path, mode, supportedModes);
  const others = modes.filter((mode) => mode !== "ReadWriteOncePod" && supportedModes.includes(mode));
  if (modes.includes("ReadWriteOncePod") && others.length > 0) {
    yield field.forbidden(path, "may not use ReadWriteOncePod with other access modes");
  }
}

/**
 * How much a claim asks for or a volume has. What is beyond 64 bits upstream takes for the most that is within, without a
 * word; here it is refused, because nobody has that much.
 */
export function* sizeCauses(quantity: string, path: string): Causes {
  const bytes = parseQuantity(quantity);
  if (!isPositive(quantity)) yield field.invalid(path, quantity, "must be greater than zero");
  else if (bytes.ok && bytes.value > mostBytes) {
    yield field.invalid(path, quantity, `must be no more than ${mostBytes} bytes`);
  }
}

function isPositive(quantity: string): boolean {
  const parsed = parseQuantityMilli(quantity);
  return parsed.ok && parsed.value > 0n;
}
