import { kindOf } from "../kinds.ts";
import type { ResourceName } from "../kinds.ts";
import { withDefaults } from "../defaults/with-defaults.ts";
import { checkFields } from "../schema/check-fields.ts";
import { validateCreate, validateUpdate } from "./validate.ts";

/** An object as the API server would see it: its fields checked, its defaults in, and with a name and a place. */
export function accepted(resource: ResourceName, object: object): object {
  const kind = kindOf(resource);
  const { metadata, ...rest } = object as { readonly metadata?: object };
  const place = kind.namespaced ? { namespace: "default" } : {};
  const { pruned, wrongTypes, unknownFields } = checkFields(kind, {
    ...rest,
    metadata: { name: "x", ...place, ...metadata },
  });
  const problems = [...wrongTypes, ...unknownFields];
  if (problems.length > 0) throw new TypeError(problems.join(", "));
  return withDefaults(kind, pruned as object);
}

/** What is wrong with a new object, each as `field: message`. */
export function refusals(resource: ResourceName, object: object): readonly string[] {
  return validateCreate(kindOf(resource), accepted(resource, object)).map(
    ({ field, message }) => `${field}: ${message}`,
  );
}

/** What is wrong with a change. */
export function changeRefusals(
  resource: ResourceName,
  { next, before }: { readonly next: object; readonly before: object },
): readonly string[] {
  const causes = validateUpdate(kindOf(resource), accepted(resource, next), accepted(resource, before));
  return causes.map(({ field, message }) => `${field}: ${message}`);
}
