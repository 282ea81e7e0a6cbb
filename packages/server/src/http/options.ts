import { ApiError, invalid, parseFieldSelector, parseLabelSelector } from "@ordinal/api";
import type { DeleteOptions, ListOptions, WatchOptions, WriteOptions } from "@ordinal/client";

/** The `Warn` that upstream takes when a client says nothing. */
type FieldValidation = NonNullable<WriteOptions["fieldValidation"]>;

export type Selection = Pick<ListOptions, "labelSelector" | "fieldSelector">;

/** Which objects a list, a watch or a deletion of many is about. */
export function readSelection(query: URLSearchParams): Selection {
  const labels = query.get("labelSelector");
  const fields = query.get("fieldSelector");
  return {
    ...(labels ? { labelSelector: parseLabelSelector(labels) } : {}),
    ...(fields ? { fieldSelector: parseFieldSelector(fields) } : {}),
  };
}

/** The options of a list. A resourceVersion asks for no older state, which any state now is. */
export function readListOptions(query: URLSearchParams): ListOptions {
  const limit = readNumber(query, "limit") ?? 0;
  const continueToken = query.get("continue");
  return {
    ...readSelection(query),
    ...(limit > 0 ? { limit } : {}),
    ...(continueToken ? { continueToken } : {}),
  };
}

/** Refuses the one way of asking for an older state, unless that is the newest one. Throws ApiError Expired. */
export function checkExact(query: URLSearchParams, revision: number): void {
  const asked = readNumber(query, "resourceVersion") ?? 0;
  if (query.get("resourceVersionMatch") !== "Exact" || asked === revision) return;
  throw new ApiError(
    "Expired",
    `The provided resource version ${asked} is not kept for lists; the newest is ${revision}`,
  );
}

/** Where a watch begins and how long it lasts. */
export interface WatchQuery extends Pick<WatchOptions, "fromRevision"> {
  readonly selection: Selection;
  readonly allowBookmarks: boolean;
  /** First an ADDED for everything, then a bookmark that says so. */
  readonly sendInitialEvents: boolean;
  readonly timeoutMs?: number;
}

/** `resourceVersion` 0 or none: begin with what is there. */
export function readWatchQuery(query: URLSearchParams): WatchQuery {
  const revision = readNumber(query, "resourceVersion") ?? 0;
  const timeoutSeconds = readNumber(query, "timeoutSeconds") ?? 0;
  const sendInitialEvents = isTrue(query.get("sendInitialEvents"));
  return {
    selection: readSelection(query),
    allowBookmarks: isTrue(query.get("allowWatchBookmarks")),
    sendInitialEvents,
    ...(revision > 0 && !sendInitialEvents ? { fromRevision: revision } : {}),
    ...(timeoutSeconds > 0 ? { timeoutMs: timeoutSeconds * 1000 } : {}),
  };
}

/** `dryRun` and `fieldValidation`. Upstream checks unknown fields with warnings unless told otherwise. */
export function readWriteOptions(
  query: URLSearchParams,
  onWarning: (text: string) => void,
): WriteOptions & { readonly fieldValidation: FieldValidation } {
  return {
    ...(isDryRun(query.getAll("dryRun")) ? { dryRun: true } : {}),
    fieldValidation: readFieldValidation(query.get("fieldValidation")),
    onWarning,
  };
}

/** Options of a deletion, from the query and from a body of kind DeleteOptions, which wins. */
export function readDeleteOptions(query: URLSearchParams, body: unknown): DeleteOptions {
  if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body))) {
    throw new ApiError("BadRequest", "the body of a deletion must be an object of kind DeleteOptions");
  }
  const options = (body ?? {}) as Readonly<Record<string, unknown>>;
  const grace = options["gracePeriodSeconds"] ?? readNumber(query, "gracePeriodSeconds");
  const propagation = options["propagationPolicy"] ?? query.get("propagationPolicy") ?? orphaning(options, query);
  const dryRun = [...query.getAll("dryRun"), ...listOf(options["dryRun"])];
  const preconditions = readPreconditions(options["preconditions"]);
  return {
    ...(isDryRun(dryRun) ? { dryRun: true } : {}),
    ...(grace === undefined || grace === null ? {} : { gracePeriodSeconds: readGrace(grace) }),
    ...(propagation === undefined ? {} : { propagation: readPropagation(propagation) }),
    ...(preconditions === undefined ? {} : { preconditions }),
  };
}

export function isTrue(value: string | null): boolean {
  return value === "true" || value === "1";
}

function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) {
    throw new ApiError("BadRequest", `invalid value ${JSON.stringify(text)} for the query parameter ${name}`);
  }
  return value;
}

function isDryRun(values: readonly string[]): boolean {
  const other = values.find((value) => value !== "All" && value !== "");
  if (other !== undefined) throw unsupported("dryRun", { value: other, supported: ["All"] });
  return values.includes("All");
}

function readFieldValidation(value: string | null): FieldValidation {
  switch (value) {
    case null:
    case "":
      return "Warn";
    case "Strict":
    case "Warn":
    case "Ignore":
      return value;
    default:
      throw unsupported("fieldValidation", { value, supported: ["Ignore", "Strict", "Warn"] });
  }
}

function readPropagation(value: unknown): NonNullable<DeleteOptions["propagation"]> {
  if (value === "Foreground" || value === "Background" || value === "Orphan") return value;
  throw unsupported("propagationPolicy", { value: String(value), supported: ["Background", "Foreground", "Orphan"] });
}

/** The older way to ask for orphans. */
function orphaning(options: Readonly<Record<string, unknown>>, query: URLSearchParams): "Orphan" | undefined {
  return options["orphanDependents"] === true || isTrue(query.get("orphanDependents")) ? "Orphan" : undefined;
}

function readGrace(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return Math.max(value, 0);
  throw new ApiError("BadRequest", `invalid gracePeriodSeconds ${JSON.stringify(value)}`);
}

function readPreconditions(value: unknown): DeleteOptions["preconditions"] {
  if (typeof value !== "object" || value === null) return undefined;
  const { uid, resourceVersion } = value as { uid?: unknown; resourceVersion?: unknown };
  return {
    ...(typeof uid === "string" ? { uid } : {}),
    ...(typeof resourceVersion === "string" ? { resourceVersion } : {}),
  };
}

function listOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function unsupported(
  field: string,
  { value, supported }: { readonly value: string; readonly supported: readonly string[] },
): ApiError {
  const words = supported.map((each) => JSON.stringify(each)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${words}`;
  const causes = [{ reason: "FieldValueNotSupported", message, field }];
  return invalid({ group: "meta.k8s.io", kind: "RequestOptions" }, "", causes);
}
