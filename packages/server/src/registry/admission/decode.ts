import {
  ApiError,
  apiVersionOf,
  checkFields,
  decodingError,
  strictDecodingMessage,
  withDefaults,
  type Kind,
} from "@ordinal/api";
import type { WriteOptions } from "@ordinal/client";
import type { GivenObject } from "../metadata.ts";

/**
 * Turns what a client sent into an object of this kind with all defaults. Throws BadRequest, in upstream's words, for
 * another kind, values of a wrong type, and (under Strict) unknown fields.
 */
export function decode(kind: Kind, body: unknown, options: WriteOptions = {}): GivenObject {
  const given = body as Partial<GivenObject> | undefined;
  const apiVersion = apiVersionOf(kind);
  if ((given?.apiVersion ?? apiVersion) !== apiVersion || (given?.kind ?? kind.kind) !== kind.kind) {
    throw wrongKind(kind, given ?? {});
  }
  const { pruned, wrongTypes, unknownFields } = checkFields(kind, body);
  const [wrongType] = wrongTypes;
  if (wrongType !== undefined) throw decodingError(kind, wrongType);
  if (unknownFields.length > 0) refuseOrWarn(kind, unknownFields, options);
  const { metadata = {}, ...rest } = pruned as Partial<GivenObject>;
  return withDefaults<GivenObject>(kind, { ...rest, apiVersion, kind: kind.kind, metadata });
}

function refuseOrWarn(kind: Kind, unknownFields: readonly string[], options: WriteOptions): void {
  if (options.fieldValidation === "Strict") throw decodingError(kind, strictDecodingMessage(unknownFields));
  if (options.fieldValidation !== "Warn") return;
  for (const path of unknownFields) options.onWarning?.(`unknown field "${path}"`);
}

function wrongKind(kind: Kind, given: Partial<GivenObject>): ApiError {
  if (given.kind !== undefined && given.kind !== kind.kind) {
    return new ApiError("BadRequest", `${given.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}`);
  }
  return new ApiError(
    "BadRequest",
    `the API version in the data (${given.apiVersion}) does not match the expected API version (${apiVersionOf(kind)})`,
  );
}
