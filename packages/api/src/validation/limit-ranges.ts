import { parseQuantityMilli } from "../quantity.ts";
import { isStandardResource } from "../quota/resource-names.ts";
import type { LimitRange } from "../types.ts";
import { invalidEach } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { qualifiedNameProblems } from "./formats.ts";

type Item = LimitRange["spec"]["limits"][number];
type Lists = Readonly<Record<"min" | "max" | "default" | "defaultRequest" | "maxLimitRequestRatio", Item["min"]>>;

const containerTypes = ["Container", "Pod"];

/** Source: `ValidateLimitRange`. */
export function* limitRangeCauses({ spec }: LimitRange): Causes {
  const types = new Set<string>();
  for (const [index, item] of spec.limits.entries()) {
    const path = `spec.limits[${index}]`;
    yield* typeCauses(item.type ?? "", `${path}.type`);
    if (types.has(item.type)) yield field.duplicate(`${path}.type`, item.type);
    types.add(item.type);
    yield* itemCauses(item, path);
  }
}

function* typeCauses(type: string, path: string): Causes {
  const problems = qualifiedNameProblems(type);
  yield* invalidEach(path, type, problems);
  const isKnown = type.includes("/") || [...containerTypes, "PersistentVolumeClaim"].includes(type);
  if (problems.length > 0 || isKnown) return;
  yield field.invalid(path, type, "must be a standard limit type or fully qualified");
}

function* itemCauses(item: Item, path: string): Causes {
  const { min, max, default: limit, defaultRequest, maxLimitRequestRatio } = item;
  const isPod = item.type === "Pod";
  const lists = { min, max, maxLimitRequestRatio, ...(isPod ? {} : { default: limit, defaultRequest }) } as Lists;
  for (const [list, amounts] of Object.entries(lists)) {
    for (const name of Object.keys(amounts ?? {}))
      yield* resourceNameCauses(name, { path: `${path}.${list}[${name}]`, type: item.type });
  }
  for (const list of isPod ? (["default", "defaultRequest"] as const) : []) {
    if (Object.keys(item[list] ?? {}).length === 0) continue;
    yield field.forbidden(`${path}.${list}`, "may not be specified when `type` is 'Pod'");
  }
  if (item.type === "PersistentVolumeClaim" && min?.["storage"] === undefined && max?.["storage"] === undefined) {
    const message = "either minimum or maximum storage value is required, but neither was provided";
    yield field.required(`${path}.limits`, message);
  }
  const names = new Set(Object.values(lists).flatMap((amounts) => Object.keys(amounts ?? {})));
  for (const name of [...names].toSorted()) yield* consistencyCauses(lists, { name, path });
}

function* resourceNameCauses(name: string, { path, type }: { path: string; type: string }): Causes {
  const problems = qualifiedNameProblems(name);
  yield* invalidEach(path, name, problems);
  if (problems.length > 0 || name.includes("/")) return;
  if (!isStandardResource(name)) yield field.invalid(path, name, "must be a standard resource type or fully qualified");
  const isContainers = ["cpu", "memory", "ephemeral-storage"].includes(name) || name.startsWith("hugepages-");
  if (!containerTypes.includes(type) || isContainers) return;
  yield field.invalid(path, name, "must be a standard resource for containers");
}

/** Source: the comparisons at the end of `ValidateLimitRange`, with its choice of field and value for each. */
function* consistencyCauses(lists: Lists, { name, path }: { name: string; path: string }): Causes {
  const of = (list: keyof Lists): string | undefined => lists[list]?.[name];
  const [min, max, limit, request] = [of("min"), of("max"), of("default"), of("defaultRequest")];
  const at = (list: keyof Lists): string => `${path}.${list}[${name}]`;
  if (isMore(min, max)) yield field.invalid(at("min"), min, `min value ${min} is greater than max value ${max}`);
  if (isMore(min, request)) {
    const message = `min value ${min} is greater than default request value ${request}`;
    yield field.invalid(at("defaultRequest"), request, message);
  }
  if (isMore(request, max)) {
    const message = `default request value ${request} is greater than max value ${max}`;
    yield field.invalid(at("defaultRequest"), request, message);
  }
  if (isMore(request, limit)) {
    const message = `default request value ${request} is greater than default limit value ${limit}`;
    yield field.invalid(at("defaultRequest"), request, message);
  }
  if (isMore(min, limit)) {
    yield field.invalid(at("default"), min, `min value ${min} is greater than default value ${limit}`);
  }
  if (isMore(limit, max)) {
    yield field.invalid(at("default"), max, `default value ${limit} is greater than max value ${max}`);
  }
  yield* ratioCauses({ min, max, ratio: of("maxLimitRequestRatio") }, at("maxLimitRequestRatio"));
}

type Ratio = Readonly<Record<"min" | "max" | "ratio", string | undefined>>;

function* ratioCauses({ min, max, ratio }: Ratio, path: string): Causes {
  if (ratio === undefined) return;
  if (isMore("1", ratio)) yield field.invalid(path, ratio, `ratio ${ratio} is less than 1`);
  if (min === undefined || max === undefined || milli(min) === 0n) return;
  const most = Number(milli(max)) / Number(milli(min));
  if (Number(milli(ratio)) / 1000 <= most) return;
  yield field.invalid(path, ratio, `ratio ${ratio} is greater than max/min = ${most.toFixed(6)}`);
}

function isMore(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && milli(a) > milli(b);
}

function milli(quantity: string): bigint {
  const parsed = parseQuantityMilli(quantity);
  return parsed.ok ? parsed.value : 0n;
}
