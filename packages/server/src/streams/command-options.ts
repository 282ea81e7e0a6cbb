import { ApiError } from "@ordinal/api";
import type { AttachRequest, ExecRequest, StreamTarget } from "./pod-streams.ts";

type PodPlace = Omit<StreamTarget, "container">;

/** Reads the query of an exec. Throws ApiError BadRequest when there is no command or nothing to stream. */
export function readExecRequest(place: PodPlace, query: URLSearchParams): ExecRequest {
  const command = query.getAll("command");
  if (command.length === 0) {
    throw new ApiError("BadRequest", "you must specify at least one command for the container");
  }
  return { ...readAttachRequest(place, query), command };
}

/** Reads the query of an attach. With a terminal, everything the process writes is stdout. */
export function readAttachRequest(place: PodPlace, query: URLSearchParams): AttachRequest {
  const tty = isSet(query, "tty");
  const stdin = isSet(query, "stdin");
  const stdout = isSet(query, "stdout");
  const stderr = isSet(query, "stderr") && !tty;
  if (!stdin && !stdout && !stderr) {
    throw new ApiError("BadRequest", "you must specify at least 1 of stdin, stdout, stderr");
  }
  return { ...place, ...readContainer(query), stdin, stdout, stderr, tty };
}

/** The container a query names, if it does. */
export function readContainer(query: URLSearchParams): Pick<StreamTarget, "container"> {
  const container = query.get("container");
  return container === null || container === "" ? {} : { container };
}

/** Anything but `false` and `0` is true, the bare name included. Source: apimachinery `Convert_Slice_string_To_bool`. */
export function isSet(query: URLSearchParams, name: string): boolean {
  const value = query.get(name)?.toLowerCase();
  return value !== undefined && value !== "false" && value !== "0";
}
