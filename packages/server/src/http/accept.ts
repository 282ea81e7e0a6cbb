import { ApiError } from "@ordinal/api";

/** What the client wants objects to look like. */
export type Shape =
  | { readonly as: "object" }
  /** `apiVersion` is the version of the wrapping kind: `meta.k8s.io/v1` or `meta.k8s.io/v1beta1`. */
  | { readonly as: "table" | "metadata"; readonly apiVersion: string };

/** One entry of an Accept header: `application/json` and its parameters. */
export interface MediaRange {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads an Accept header, in its order. */
export function parseAccept(header: string | undefined): readonly MediaRange[] {
  return (header ?? "")
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(parseRange);
}

function parseRange(entry: string): MediaRange {
  const [type = "", ...rest] = entry.split(";").map((part) => part.trim());
  const parameters = rest.map((part) => {
    const equals = part.indexOf("=");
    return equals < 0 ? [part, ""] : [part.slice(0, equals), part.slice(equals + 1)];
  });
  return { type: type.toLowerCase(), parameters: Object.fromEntries(parameters) as Record<string, string> };
}

/**
 * The first shape in the client's list that Ordinal can give. Answers are JSON: protobuf is left out of the list, as every
 * client also takes JSON. Throws ApiError NotAcceptable when nothing is left.
 */
export function chooseShape(header: string | undefined): Shape {
  const ranges = parseAccept(header);
  if (ranges.length === 0) return { as: "object" };
  for (const range of ranges) {
    const shape = isJson(range) ? shapeOf(range) : undefined;
    if (shape !== undefined) return shape;
  }
  throw new ApiError("NotAcceptable", "only the following media types are accepted: application/json");
}

/** Whether the range covers JSON. */
function isJson({ type }: MediaRange): boolean {
  return type === "application/json" || type === "application/*" || type === "*/*";
}

function shapeOf({ parameters }: MediaRange): Shape | undefined {
  const { as, g = "meta.k8s.io", v = "v1" } = parameters;
  if (as === undefined) return { as: "object" };
  if (g !== "meta.k8s.io" || (v !== "v1" && v !== "v1beta1")) return undefined;
  if (as === "Table") return { as: "table", apiVersion: `${g}/${v}` };
  if (as === "PartialObjectMetadata" || as === "PartialObjectMetadataList") {
    return { as: "metadata", apiVersion: `${g}/${v}` };
  }
  return undefined;
}
