import { ApiError } from "@ordinal/api";
import { decodeProtobuf } from "../protobuf/decode.ts";
import { WireError } from "../protobuf/wire.ts";
import { scanJson } from "./json-scan.ts";
import type { ParsedBody } from "./parsed-body.ts";
import { parseYaml } from "./yaml.ts";

export interface BodyOptions {
  /** Value of the Content-Type header; JSON when there is none. */
  readonly contentType: string | undefined;
  readonly findDuplicates: boolean;
}

const writable = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** Reads an object. Throws ApiError BadRequest for broken text and UnsupportedMediaType for what is no known format. */
export function parseBody(body: Buffer, { contentType, findDuplicates }: BodyOptions): ParsedBody {
  switch (mediaType(contentType)) {
    case "":
    case "application/json":
      return parseJson(body, findDuplicates);
    case "application/yaml":
      return parseYaml(body.toString("utf8"));
    case "application/vnd.kubernetes.protobuf":
      return { value: readProtobuf(body), duplicates: [] };
    default:
      throw unknownFormat(writable);
  }
}

/** Reads JSON, and says where it breaks. */
export function parseJson(body: Buffer, findDuplicates: boolean): ParsedBody {
  const text = body.toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return { value, duplicates: findDuplicates ? scanJson(text).duplicates : [] };
  } catch (cause) {
    const at = scanJson(text).brokenAt ?? text.length;
    throw new ApiError("BadRequest", `the request body is not valid JSON: ${describeBreak(text, at)}`, { cause });
  }
}

/** `application/json; charset=utf-8` is `application/json`. */
export function mediaType(contentType: string | undefined): string {
  return (contentType ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** The refusal of a body in a format that is not in the list. */
export function unknownFormat(accepted: readonly string[]): ApiError {
  const list = accepted.join(", ");
  return new ApiError(
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${list}`,
  );
}

function describeBreak(text: string, at: number): string {
  const before = text.slice(0, at).split("\n");
  const place = `at position ${at} (line ${before.length}, column ${(before.at(-1) ?? "").length + 1})`;
  return at >= text.length ? `it ends too early ${place}` : `unexpected ${JSON.stringify(text[at])} ${place}`;
}

function readProtobuf(body: Buffer): unknown {
  try {
    return decodeProtobuf(body).value;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new ApiError("BadRequest", `the request body is not valid protobuf: ${error.message}`, { cause: error });
  }
}
