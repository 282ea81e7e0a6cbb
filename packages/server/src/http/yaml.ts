import { ApiError } from "@ordinal/api";
import { parseDocument, type ScalarTag, type CollectionTag } from "yaml";
import type { ParsedBody } from "./parsed-body.ts";

/** Words of YAML 1.1 that Go's YAML takes for plain text: dates and numbers to the base of sixty. */
const plainInGo = new Set(["tag:yaml.org,2002:timestamp"]);
const sexagesimal = "TIME";

/**
 * Reads one YAML document as kubectl does: version 1.1, in which `yes` is a truth value and `010` is eight.
 * Throws ApiError BadRequest with line and column.
 */
export function parseYaml(text: string): ParsedBody {
  const document = parseDocument(text, {
    version: "1.1",
    uniqueKeys: false,
    customTags: (tags) => tags.filter((tag) => typeof tag === "string" || !isPlainInGo(tag)),
  });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new ApiError("BadRequest", `the request body is not valid YAML: ${error.message}`, { cause: error });
  }
  return { value: toValue(document), duplicates: [] };
}

function isPlainInGo(tag: ScalarTag | CollectionTag): boolean {
  return plainInGo.has(tag.tag) || ("format" in tag && tag.format === sexagesimal);
}

function toValue(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ApiError("BadRequest", `the request body is not valid YAML: ${why}`, { cause });
  }
}
