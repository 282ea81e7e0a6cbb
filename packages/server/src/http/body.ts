import { ApiError, decodingError, type Kind } from "@ordinal/api";
import type { WriteOptions } from "@ordinal/client";
import type { Exchange } from "./exchange.ts";
import { parseBody } from "./parse-body.ts";
import { readBody } from "./read-body.ts";

/** JSON objects on their way in; their fields are checked by whoever stores them. */
export type WireObject = Readonly<Record<string, unknown>>;

/**
 * Reads the object in the body, and refuses or reports fields that stand in it twice, as `fieldValidation` says. Fields no
 * type knows are the registry's to find.
 */
export async function readObject(
  exchange: Exchange,
  kind: Pick<Kind, "version" | "kind">,
  options: WriteOptions,
): Promise<WireObject> {
  const { fieldValidation, onWarning } = options;
  const { value, duplicates } = parseBody(await readBody(exchange.request), {
    contentType: exchange.request.headers["content-type"],
    findDuplicates: fieldValidation !== undefined && fieldValidation !== "Ignore",
  });
  if (duplicates.length > 0) {
    const texts = duplicates.map((path) => `duplicate field "${path}"`);
    if (fieldValidation === "Strict") throw decodingError(kind, `strict decoding error: ${texts.join(", ")}`);
    for (const text of texts) onWarning?.(text);
  }
  if (!isObject(value)) throw new ApiError("BadRequest", `the request body must be an object of kind ${kind.kind}`);
  return value;
}

/** The body of a deletion, which may be left out. */
export async function readOptionalObject(exchange: Exchange): Promise<unknown> {
  const body = await readBody(exchange.request);
  if (body.length === 0) return undefined;
  return parseBody(body, { contentType: exchange.request.headers["content-type"], findDuplicates: false }).value;
}

export function isObject(value: unknown): value is WireObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
