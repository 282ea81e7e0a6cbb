import { ApiError, isApiError } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";

/** How a command ended, as the last protocols tell it. Source: apimachinery `meta/v1` Status, as kubelet fills it. */
export interface CommandStatus {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly reason: string; readonly message: string }[] };
  readonly code?: number;
}

/** The status of a process that ran and ended. kubectl makes the code of the cause its own exit code. */
export function statusOfExit(code: number): CommandStatus {
  if (code === 0) return { metadata: {}, status: "Success" };
  return {
    metadata: {},
    status: "Failure",
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
    code: 500,
  };
}

/** The status of a command that could not be run to its end. */
export function statusOfFailure(error: unknown): CommandStatus {
  const known = isApiError(error)
    ? error
    : new ApiError(
        "InternalError",
        `Internal error occurred: error executing command in container: ${describeError(error)}`,
      );
  const { message = "", reason = "", code = 500 } = known.toStatus();
  return { metadata: {}, status: "Failure", message, reason, code };
}

/** JSON since version 4 of the protocols; before, the message alone, and nothing for a success. */
export function encodeStatus(status: CommandStatus, subprotocol: string): string {
  if (/^v[45]\./.test(subprotocol)) return JSON.stringify(status);
  return status.status === "Success" ? "" : (status.message ?? "");
}
