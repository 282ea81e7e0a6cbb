import { ApiError, type KubeObject, type Status } from "@ordinal/api";
import type { WatchEvent } from "../client.ts";
import { errorOfStatus } from "./answer.ts";

const types = ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"] as const;

/**
 * Reads one line of a watch. An ERROR event is thrown as the ApiError it carries (410 as Expired).
 * The revision is the object's resourceVersion, which the API sets to the revision of the change, for deletions too.
 */
export function readWatchEvent<T extends KubeObject>(line: string): WatchEvent<T> {
  const { type, object } = parseLine(line);
  if (type === "ERROR") throw errorOfStatus(object as Partial<Status>);
  const known = types.find((each) => each === type);
  const revision = Number((object as Partial<T> | undefined)?.metadata?.resourceVersion);
  if (known === undefined || !Number.isSafeInteger(revision)) throw unreadable(line);
  return { type: known, object: object as T, revision };
}

function parseLine(line: string): { readonly type?: unknown; readonly object?: unknown } {
  try {
    return (JSON.parse(line) ?? {}) as { type?: unknown; object?: unknown };
  } catch (error) {
    throw unreadable(line, error);
  }
}

function unreadable(line: string, cause?: unknown): ApiError {
  return new ApiError("ServiceUnavailable", `unreadable watch event ${JSON.stringify(line.slice(0, 120))}`, { cause });
}
