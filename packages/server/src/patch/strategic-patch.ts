import { ApiError, fieldsOf, isJsonObject, listMergeOf } from "@ordinal/api";
import type { FieldType, JsonObject, ListMerge } from "@ordinal/api";
import { identityOf, orderItems } from "./element-order.ts";
import { showGo, valueAt } from "./json-values.ts";

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";
const directives = ["$patch", "$retainKeys"];

/** A patch and the type of what it patches; undefined inside free JSON and maps. */
interface Change {
  readonly patch: unknown;
  readonly typeName: string | undefined;
}

/**
 * Kubernetes' own patch: like a merge patch, but lists whose items have an identity are merged item by item, and
 * directives say what a merge cannot. Source: apimachinery `strategicpatch`.
 */
export function applyStrategicPatch(current: unknown, { patch, typeName }: Change): unknown {
  if (!isJsonObject(patch)) {
    const found = Array.isArray(patch) ? "array" : typeof patch;
    throw new ApiError("BadRequest", `json: cannot unmarshal ${found} into Go value of type map[string]interface {}`);
  }
  return mergeMap(isJsonObject(current) ? current : {}, { patch, typeName });
}

function mergeMap(before: JsonObject, { patch, typeName }: Change & { readonly patch: JsonObject }): JsonObject {
  const { $patch: directive, ...rest } = patch;
  if (directive === "replace") return cleaned(rest);
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") throw unknownDirective(directive, patch);
  const merged = new Map(Object.entries(retained(before, patch)));
  for (const key of changedKeys(patch)) {
    const value = mergeField(before, { patch, typeName, key });
    if (value === undefined) merged.delete(key);
    else merged.set(key, value);
  }
  return Object.fromEntries(merged);
}

/** The fields a patch speaks of, by themselves or through a directive. */
function changedKeys(patch: JsonObject): ReadonlySet<string> {
  const names = Object.keys(patch).filter((key) => !directives.includes(key));
  return new Set(names.map((key) => key.replace(/^\$(setElementOrder|deleteFromPrimitiveList)\//, "")));
}

function mergeField(before: JsonObject, at: Change & { readonly patch: JsonObject; readonly key: string }): unknown {
  const { patch, typeName, key } = at;
  const value = valueAt(patch, key);
  const order = listDirective(patch, orderPrefix + key);
  const deletions = listDirective(patch, deletePrefix + key);
  const old = valueAt(before, key);
  if (value === null) return undefined;
  if (order !== undefined || deletions !== undefined || (Array.isArray(value) && Array.isArray(old))) {
    const merge = typeName === undefined ? undefined : listMergeOf(typeName, key);
    return mergeList({ old, value, order, deletions }, { merge, itemType: typeOfItems(typeName, key) });
  }
  if (isJsonObject(value) && isJsonObject(old))
    return mergeMap(old, { patch: value, typeName: typeOfField(typeName, key) });
  return isJsonObject(value) && "$patch" in value ? undefined : cleanedValue(value);
}

interface Lists {
  readonly old: unknown;
  readonly value: unknown;
  readonly order: readonly unknown[] | undefined;
  readonly deletions: readonly unknown[] | undefined;
}

interface ListType {
  readonly merge: ListMerge | undefined;
  readonly itemType: string | undefined;
}

function mergeList({ old, value, order, deletions }: Lists, { merge, itemType }: ListType): unknown {
  const before: readonly unknown[] = Array.isArray(old) ? old : [];
  const patch: readonly unknown[] = Array.isArray(value) ? value : [];
  if (old === undefined && value === undefined) return undefined;
  const kept = deletions === undefined ? before : before.filter((item) => !deletions.includes(item));
  if (merge === undefined && value !== undefined) return cleanedValue(value);
  const key = merge?.key;
  if (order !== undefined) checkOrder(patch, { order, key });
  if (patch.some((item) => directiveOf(item) === "replace")) {
    return patch.filter((item) => directiveOf(item) === undefined).map(cleanedValue);
  }
  const merged = key === undefined ? mergeSet(kept, patch) : mergeItems(kept, { patch, key, itemType });
  const isOrderless = order === undefined && patch.length === 0;
  return isOrderless ? merged : orderItems(merged, { key, wanted: order ?? patch, before });
}

/** A set of plain values. */
function mergeSet(before: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  return [...new Set([...before, ...patch])];
}

function mergeItems(
  before: readonly unknown[],
  {
    patch,
    key,
    itemType,
  }: { readonly patch: readonly unknown[]; readonly key: string; readonly itemType: string | undefined },
): readonly unknown[] {
  const merged = [...before];
  for (const item of patch) {
    if (!isJsonObject(item)) throw new ApiError("BadRequest", `expected a map, but received ${showGo(item)}`);
    if (!Object.hasOwn(item, key)) {
      throw new ApiError("BadRequest", `map: ${showGo(item)} does not contain declared merge key: ${key}`);
    }
    const identity = identityOf(item, key);
    const index = merged.findIndex((each) => identityOf(each, key) === identity);
    const directive = directiveOf(item);
    if (directive === "delete") {
      if (index >= 0) merged.splice(index, 1);
    } else if (directive !== undefined && directive !== "merge") throw unknownDirective(directive, item);
    else if (index < 0) merged.push(cleanedValue(item));
    else {
      const old = merged[index];
      merged[index] = mergeMap(isJsonObject(old) ? old : {}, { patch: item, typeName: itemType });
    }
  }
  return merged;
}

/** With `$retainKeys`, only the fields it names; everything the patch sets must be among them. */
function retained(before: JsonObject, patch: JsonObject): JsonObject {
  const keys = valueAt(patch, "$retainKeys");
  if (keys === undefined) return before;
  const set = Object.keys(patch).filter((key) => !key.startsWith("$") && patch[key] !== null);
  if (!Array.isArray(keys) || set.some((key) => !keys.includes(key))) {
    throw new ApiError("BadRequest", "invalid patch format of retainKeys");
  }
  return Object.fromEntries(Object.entries(before).filter(([key]) => keys.includes(key)));
}

/** The items of the patch must be named in the order, and in the same order. */
function checkOrder(
  patch: readonly unknown[],
  { order, key }: { order: readonly unknown[]; key: string | undefined },
): void {
  if (patch.length === 0 || order.length === 0) return;
  const wanted = order.map((item) => identityOf(item, key));
  let next = 0;
  for (const item of patch) {
    if (directiveOf(item) !== undefined) continue;
    const at = wanted.indexOf(identityOf(item, key), next);
    if (at < 0) {
      const lists = `${showGo(patch)}\n doesn't match $setElementOrder list:\n${showGo(order)}\n`;
      throw new ApiError("BadRequest", `The order in patch list:\n${lists}`);
    }
    next = at + 1;
  }
}

function listDirective(patch: JsonObject, key: string): readonly unknown[] | undefined {
  const value = valueAt(patch, key);
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value;
  const list = key.startsWith(orderPrefix) ? "setElementOrder" : "primitive";
  throw new ApiError("BadRequest", `invalid patch format of ${list} list`);
}

/** What is new comes in without directives and without nulls. */
function cleaned(patch: JsonObject): JsonObject {
  const entries = Object.entries(patch)
    .filter(([key, value]) => value !== null && !key.startsWith("$") && directiveOf(value) === undefined)
    .map(([key, value]): [string, unknown] => [key, cleanedValue(value)]);
  return Object.fromEntries(entries);
}

function cleanedValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => directiveOf(item) === undefined).map(cleanedValue);
  return isJsonObject(value) ? cleaned(value) : value;
}

function directiveOf(value: unknown): unknown {
  return isJsonObject(value) ? valueAt(value, "$patch") : undefined;
}

function typeOfField(typeName: string | undefined, key: string): string | undefined {
  const type = fieldType(typeName, key);
  return type?.is === "struct" ? type.type : undefined;
}

function typeOfItems(typeName: string | undefined, key: string): string | undefined {
  const type = fieldType(typeName, key);
  return type?.is === "list" && type.of.is === "struct" ? type.of.type : undefined;
}

function fieldType(typeName: string | undefined, key: string): FieldType | undefined {
  return typeName === undefined ? undefined : fieldsOf(typeName).get(key)?.type;
}

function unknownDirective(directive: unknown, patch: JsonObject): ApiError {
  return new ApiError("BadRequest", `unknown patch type: ${showGo(directive)} in map: ${showGo(patch)}`);
}
