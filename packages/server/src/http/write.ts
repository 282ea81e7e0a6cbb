import { ApiError, type Kind } from "@ordinal/api";
import type { Patch, PatchType, Ref, UpdateOptions } from "@ordinal/client";
import { isObject, readObject, type WireObject } from "./body.ts";
import { created, ok, type Answer } from "./exchange.ts";
import { readWriteOptions } from "./options.ts";
import { mediaType, parseJson, unknownFormat } from "./parse-body.ts";
import { chooseShape } from "./accept.ts";
import { present, type Target } from "./read.ts";
import { readBody } from "./read-body.ts";
import type { Services } from "./services.ts";

/** POST of an object. */
export async function createOne(services: Services, { exchange, route }: Target): Promise<Answer> {
  const shape = chooseShape(exchange.request.headers.accept);
  const options = readWriteOptions(exchange.query, exchange.warn);
  const body = await readObject(exchange, route.kind, options);
  const object = await services.registry.create(route.kind.plural, inPlace(body, route) as never, options);
  return created(present(object, { services, exchange, route, shape }));
}

/** PUT of an object or of one of its parts. */
export async function replaceOne(services: Services, { exchange, route, at }: Target & { at: Ref }): Promise<Answer> {
  const shape = chooseShape(exchange.request.headers.accept);
  const options = { ...readWriteOptions(exchange.query, exchange.warn), ...partOf(route.subresource) };
  const body = named(inPlace(await readObject(exchange, route.kind, options), at), at.name);
  const object = await services.registry.update(route.kind.plural, body as never, options);
  return ok(present(object, { services, exchange, route, shape }));
}

/** PATCH of an object or of its status. */
export async function patchOne(services: Services, { exchange, route, at }: Target & { at: Ref }): Promise<Answer> {
  const shape = chooseShape(exchange.request.headers.accept);
  const options = { ...readWriteOptions(exchange.query, exchange.warn), ...partOf(route.subresource) };
  const patch = await readPatch({ exchange, route }, options);
  const object = await services.registry.patch(route.kind.plural, at, patch);
  return ok(present(object, { services, exchange, route, shape }));
}

const patchTypes: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
};

/** Reads a patch in one of the three formats. */
export async function readPatch({ exchange, route }: Target, options: UpdateOptions): Promise<Patch> {
  const contentType = mediaType(exchange.request.headers["content-type"]);
  if (contentType.startsWith("application/apply-patch")) throw noServerSideApply();
  const type = Object.hasOwn(patchTypes, contentType) ? patchTypes[contentType] : undefined;
  if (type === undefined) throw unknownFormat(Object.keys(patchTypes));
  const findDuplicates = options.fieldValidation !== "Ignore";
  const { value, duplicates } = parseJson(await readBody(exchange.request), findDuplicates);
  const isFit = type === "json" ? Array.isArray(value) : isObject(value);
  if (!isFit)
    throw new ApiError("BadRequest", `the patch must be ${type === "json" ? "a list of operations" : "an object"}`);
  reportDuplicates(duplicates, { kind: route.kind, options });
  return { ...options, type, body: value };
}

function reportDuplicates(
  duplicates: readonly string[],
  { kind, options }: { readonly kind: Kind; readonly options: UpdateOptions },
): void {
  if (duplicates.length === 0) return;
  const texts = duplicates.map((path) => `duplicate field "${path}"`);
  if (options.fieldValidation === "Strict") {
    throw new ApiError(
      "BadRequest",
      `the patch of a ${kind.kind} is not clear: strict decoding error: ${texts.join(", ")}`,
    );
  }
  for (const text of texts) options.onWarning?.(text);
}

function noServerSideApply(): ApiError {
  return new ApiError(
    "UnsupportedMediaType",
    "server-side apply is not supported: use kubectl apply without --server-side, or a patch of type application/strategic-merge-patch+json, application/merge-patch+json or application/json-patch+json",
  );
}

/** Puts the object where the path says, and refuses one that says otherwise. */
function inPlace(body: WireObject, { namespace }: { readonly namespace?: string }): WireObject {
  const metadata = metadataOf(body);
  const own = metadata["namespace"];
  if (own !== undefined && own !== "" && own !== (namespace ?? "")) {
    throw new ApiError(
      "BadRequest",
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  return namespace === undefined ? body : { ...body, metadata: { ...metadata, namespace } };
}

function named(body: WireObject, name: string): WireObject {
  const metadata = metadataOf(body);
  const own = metadata["name"];
  if (own !== undefined && own !== "" && own !== name) {
    const names = `the name of the object (${JSON.stringify(own).replaceAll('"', "")}) does not match the name on the URL (${name})`;
    throw new ApiError("BadRequest", names);
  }
  return { ...body, metadata: { ...metadata, name } };
}

function metadataOf(body: WireObject): WireObject {
  const metadata = body["metadata"] ?? {};
  if (isObject(metadata)) return metadata;
  throw new ApiError("BadRequest", "the metadata of the provided object must be an object");
}

function partOf(subresource: string | undefined): Pick<UpdateOptions, "subresource"> {
  return subresource === "status" || subresource === "finalize" ? { subresource } : {};
}
