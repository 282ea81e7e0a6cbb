import { isDeepStrictEqual } from "node:util";
import { ApiError, isJsonObject } from "@ordinal/api";
import type { JsonObject } from "@ordinal/api";
import { setKey, valueAt } from "./json-values.ts";

type Container = JsonObject | unknown[];

/** Where a pointer leads: what holds the value, and under which key. */
interface Place {
  readonly container: Container;
  readonly key: string;
}

/** The document being changed; an object of its own, because an operation may replace the whole. */
interface Document {
  root: unknown;
  copiedBytes: number;
}

const maxOperations = 10_000;
/** Copies may let an object grow by this much; otherwise a few copies of copies would fill the memory. */
const maxCopiedBytes = 3 * 1024 * 1024;

/**
 * RFC 6902, as upstream applies it: `replace` also sets a field that is not there, and a negative index counts from
 * the end. Texts: `evanphx/json-patch`, which upstream hides behind the first half of the message.
 */
export function applyJsonPatch(current: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    const found = isJsonObject(patch) ? "object" : typeof patch;
    throw new ApiError("BadRequest", `json: cannot unmarshal ${found} into Go value of type jsonpatch.Patch`);
  }
  if (patch.length > maxOperations) {
    const limits = `is ${maxOperations}, got ${patch.length}`;
    throw new ApiError("RequestEntityTooLarge", `The allowed maximum operations in a JSON patch ${limits}`);
  }
  const document: Document = { root: structuredClone(current), copiedBytes: 0 };
  for (const operation of patch) {
    if (!isJsonObject(operation)) {
      const found = Array.isArray(operation) ? "array" : typeof operation;
      throw new ApiError("BadRequest", `json: cannot unmarshal ${found} into Go value of type jsonpatch.Operation`);
    }
    applyOperation(document, operation);
  }
  return document.root;
}

function applyOperation(document: Document, operation: JsonObject): void {
  const op = String(operation["op"]);
  switch (op) {
    case "add":
      return add(document, pathOf(operation, "path"), { op, value: valueOf(operation) });
    case "remove":
      return remove(find(document, pathOf(operation, "path"), op), op);
    case "replace":
      return replace(document, pathOf(operation, "path"), valueOf(operation));
    case "test":
      return test(document, pathOf(operation, "path"), operation);
    case "move": {
      const from = find(document, pathOf(operation, "from"), op);
      const value = get(from, op);
      remove(from, op);
      return add(document, pathOf(operation, "path"), { op, value });
    }
    case "copy": {
      const from = pathOf(operation, "from");
      const value = structuredClone(from === "" ? document.root : get(find(document, from, op), op));
      countCopy(document, value);
      return add(document, pathOf(operation, "path"), { op, value });
    }
    default:
      throw doesNotApply(`Unexpected kind: ${op}`);
  }
}

function add(document: Document, path: string, { op, value }: { readonly op: string; readonly value: unknown }): void {
  if (path === "") {
    document.root = value;
    return;
  }
  const { container, key } = find(document, path, op);
  if (!Array.isArray(container)) setKey(container, key, value);
  else
    container.splice(key === "-" ? container.length : indexOf(key, { length: container.length + 1, path }), 0, value);
}

function remove({ container, key }: Place, op: string): void {
  if (Array.isArray(container)) {
    container.splice(indexOf(key, { length: container.length, path: key }), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) {
    throw doesNotApply(`error in ${op} for path: '${key}': Unable to remove nonexistent key: ${key}: missing value`);
  }
  Reflect.deleteProperty(container, key);
}

function replace(document: Document, path: string, value: unknown): void {
  if (path === "") {
    if (typeof value !== "object" || value === null)
      throw doesNotApply("replace operation value must be object or array");
    document.root = value;
    return;
  }
  const { container, key } = find(document, path, "replace");
  if (Array.isArray(container)) container[indexOf(key, { length: container.length, path })] = value;
  else setKey(container, key, value);
}

function test(document: Document, path: string, operation: JsonObject): void {
  const found = path === "" ? document.root : get(find(document, path, "test"), "test");
  const isMissingAndWanted = found === undefined && operation["value"] === null;
  if (!isMissingAndWanted && !isDeepStrictEqual(found, operation["value"])) {
    throw doesNotApply(`testing value ${path} failed: test failed`);
  }
}

function get({ container, key }: Place, op: string): unknown {
  if (Array.isArray(container)) return container[indexOf(key, { length: container.length, path: key })];
  if (op !== "test" && !Object.hasOwn(container, key)) {
    throw doesNotApply(`error in ${op} for path: '${key}': Unable to ${op} nonexistent key: ${key}: missing value`);
  }
  return valueAt(container, key);
}

/** What holds the value a pointer names; the value itself need not be there. */
function find(document: Document, path: string, op: string): Place {
  const [first, ...tokens] = path.split("/").map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  const key = tokens.pop();
  let container = document.root;
  for (const token of tokens) container = step(container, token);
  if (first !== "" || key === undefined || !isContainer(container)) {
    throw doesNotApply(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
  }
  return { container, key };
}

function step(container: unknown, token: string): unknown {
  if (Array.isArray(container)) return /^\d+$/.test(token) ? container[Number(token)] : undefined;
  return isJsonObject(container) ? valueAt(container, token) : undefined;
}

function indexOf(key: string, { length, path }: { readonly length: number; readonly path: string }): number {
  if (!/^-?\d+$/.test(key)) {
    throw doesNotApply(`error in add for path: '${path}': value was not a proper array index: '${key}'`);
  }
  const index = Number(key) < 0 ? Number(key) + length : Number(key);
  if (index >= 0 && index < length) return index;
  throw doesNotApply(
    `error in add for path: '${path}': Unable to access invalid index: ${key}: invalid index referenced`,
  );
}

function pathOf(operation: JsonObject, key: "path" | "from"): string {
  const path = operation[key];
  if (typeof path === "string") return path;
  throw doesNotApply(`${String(operation["op"])} operation failed to decode ${key}: missing value`);
}

function valueOf(operation: JsonObject): unknown {
  return structuredClone(operation["value"] ?? null);
}

function countCopy(document: Document, value: unknown): void {
  document.copiedBytes += JSON.stringify(value)?.length ?? 0;
  if (document.copiedBytes <= maxCopiedBytes) return;
  const increase = `the accumulated size increase of copy is ${document.copiedBytes}`;
  throw doesNotApply(`Unable to complete the copy, ${increase}, exceeding the limit ${maxCopiedBytes}`);
}

function isContainer(value: unknown): value is Container {
  return isJsonObject(value) || Array.isArray(value);
}

function doesNotApply(why: string): ApiError {
  return new ApiError("Invalid", `the server rejected our request due to an error in our request: ${why}`);
}
