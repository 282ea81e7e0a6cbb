import { ApiError, invalid, type Cause } from "@ordinal/api";
import { isSet, readContainer } from "./command-options.ts";
import type { LogRequest, StreamTarget } from "./pod-streams.ts";

export interface LogQuery {
  readonly target: Omit<StreamTarget, "container">;
  readonly query: URLSearchParams;
  /** `sinceSeconds` counts back from here; milliseconds since the epoch. */
  readonly nowMs: number;
}

/**
 * Reads the query of a log. Throws ApiError BadRequest for what is no number or time, Invalid for one out of range.
 * Source: core/validation `ValidatePodLogOptions`.
 */
export function readLogRequest({ target, query, nowMs }: LogQuery): LogRequest {
  const tailLines = readInteger(query, "tailLines");
  const limitBytes = readInteger(query, "limitBytes");
  const sinceSeconds = readInteger(query, "sinceSeconds");
  const sinceTimeMs = readTime(query, "sinceTime");
  const causes = [
    tailLines !== undefined && tailLines < 0 ? outOfRange("tailLines", tailLines, "greater than or equal to 0") : [],
    limitBytes !== undefined && limitBytes < 1 ? outOfRange("limitBytes", limitBytes, "greater than 0") : [],
    sinceSeconds !== undefined && sinceTimeMs !== undefined ? bothSinces : [],
    sinceSeconds !== undefined && sinceSeconds < 1 ? outOfRange("sinceSeconds", sinceSeconds, "greater than 0") : [],
  ].flat();
  if (causes.length > 0) throw invalid({ group: "", kind: "PodLogOptions" }, target.pod, causes);

  const sinceMs = sinceSeconds === undefined ? sinceTimeMs : nowMs - sinceSeconds * 1000;
  return {
    ...target,
    ...readContainer(query),
    follow: isSet(query, "follow"),
    previous: isSet(query, "previous"),
    timestamps: isSet(query, "timestamps"),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
}

const bothSinces: Cause = {
  reason: "FieldValueForbidden",
  field: "",
  message: "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
};

function outOfRange(field: string, value: number, range: string): Cause {
  return { reason: "FieldValueInvalid", field, message: `Invalid value: ${value}: must be ${range}` };
}

function readInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new ApiError("BadRequest", `${name}: ${JSON.stringify(text)} is not an integer`);
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === "") return undefined;
  const value = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : NaN;
  if (!Number.isNaN(value)) return value;
  throw new ApiError("BadRequest", `${name}: ${JSON.stringify(text)} is not a time such as 2026-01-31T12:00:00Z`);
}
