import { ApiError } from "./api-error.ts";
import type { LabelSelector } from "./types.ts";

/** One condition on one key. Equality is `in` with one value. */
export type Requirement =
  | { readonly operator: "in" | "notin"; readonly key: string; readonly values: readonly string[] }
  | { readonly operator: "exists" | "absent"; readonly key: string };

/** All must hold; an empty selector matches everything. */
export type Selector = readonly Requirement[];

type Strings = Readonly<Record<string, string>>;

/** Whether `labels` meet every requirement. */
export function matches(selector: Selector, labels: Strings | undefined): boolean {
  return selector.every((requirement) => meets(requirement, labels ?? {}));
}

function meets(requirement: Requirement, labels: Strings): boolean {
  const has = Object.hasOwn(labels, requirement.key);
  const value = has ? labels[requirement.key] : undefined;
  switch (requirement.operator) {
    case "exists":
      return has;
    case "absent":
      return !has;
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notin":
      return value === undefined || !requirement.values.includes(value);
    default:
      return requirement satisfies never;
  }
}

/** The selector of a Service: equality on every pair. Undefined or empty selects nothing, so undefined comes back. */
export function selectorOfMap(pairs: Strings | undefined): Selector | undefined {
  const entries = Object.entries(pairs ?? {});
  if (entries.length === 0) return undefined;
  return entries.map(([key, value]) => ({ operator: "in", key, values: [value] }));
}

/** The selector of a workload or claim; `{}` matches everything. Source: `metav1.LabelSelectorAsSelector`. */
export function selectorOf(selector: LabelSelector): Selector {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]): Requirement => ({
    operator: "in",
    key,
    values: [value],
  }));
  const expressions = (selector.matchExpressions ?? []).map(({ key, operator, values }): Requirement => {
    switch (operator) {
      case "In":
        return { operator: "in", key, values: values ?? [] };
      case "NotIn":
        return { operator: "notin", key, values: values ?? [] };
      case "Exists":
        return { operator: "exists", key };
      case "DoesNotExist":
        return { operator: "absent", key };
      default:
        throw new ApiError("BadRequest", `${JSON.stringify(operator)} is not a valid label selector operator`);
    }
  });
  return [...equal, ...expressions];
}

/** Writes a selector as kubectl takes it: `app in (a,b),!gone`. */
export function showSelector(selector: Selector): string {
  return selector.map(showRequirement).join(",");
}

function showRequirement(requirement: Requirement): string {
  const { key } = requirement;
  switch (requirement.operator) {
    case "exists":
      return key;
    case "absent":
      return `!${key}`;
    case "in":
      return requirement.values.length === 1
        ? `${key}=${requirement.values[0]}`
        : `${key} in (${requirement.values.join(",")})`;
    case "notin":
      return requirement.values.length === 1
        ? `${key}!=${requirement.values[0]}`
        : `${key} notin (${requirement.values.join(",")})`;
    default:
      return requirement satisfies never;
  }
}

/**
 * Reads a label selector from a query: `app=web,tier in (a,b),!gone`.
 * Source: apimachinery `labels.Parse`. Throws ApiError BadRequest on a syntax error.
 */
export function parseLabelSelector(text: string): Selector {
  return splitOutsideBrackets(text).map((part) => parseRequirement(part, text));
}

/** Field selectors know only `=`, `==` and `!=`; keys are dotted paths such as `metadata.name`. */
export function parseFieldSelector(text: string): Selector {
  return splitOutsideBrackets(text).map((part) => {
    const equality = parseEquality(part);
    if (equality === undefined) throw badSelector(text, part, "field");
    return equality;
  });
}

function splitOutsideBrackets(text: string): readonly string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function parseRequirement(part: string, whole: string): Requirement {
  const set = /^(?<key>[^\s=!,()]+)\s+(?<operator>in|notin)\s*\((?<values>[^()]*)\)$/.exec(part)?.groups;
  if (set !== undefined) {
    const values = (set["values"] ?? "").split(",").map((value) => value.trim());
    return { operator: set["operator"] === "in" ? "in" : "notin", key: set["key"] ?? "", values };
  }
  const equality = parseEquality(part);
  if (equality !== undefined) return equality;
  const presence = /^(?<not>!?)\s*(?<key>[^\s=!,()]+)$/.exec(part)?.groups;
  if (presence === undefined) throw badSelector(whole, part, "label");
  return { operator: presence["not"] === "!" ? "absent" : "exists", key: presence["key"] ?? "" };
}

function parseEquality(part: string): Requirement | undefined {
  const groups = /^(?<key>[^\s=!,()]+)\s*(?<operator>==|=|!=)\s*(?<value>[^=!,()]*)$/.exec(part)?.groups;
  if (groups === undefined) return undefined;
  const operator = groups["operator"] === "!=" ? "notin" : "in";
  return { operator, key: groups["key"] ?? "", values: [(groups["value"] ?? "").trim()] };
}

function badSelector(text: string, part: string, kind: "label" | "field"): ApiError {
  return new ApiError(
    "BadRequest",
    `unable to parse ${kind} selector ${JSON.stringify(text)}: cannot read ${JSON.stringify(part)}`,
  );
}
