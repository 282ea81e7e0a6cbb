import { ApiError, type Reason, type Status } from "@ordinal/api";

/** What came back with a code outside 2xx. */
export interface Refusal {
  readonly code: number;
  readonly body: string;
}

/** Reasons for codes whose body says nothing we know, such as a proxy's page of HTML. */
const reasonOfCode: Readonly<Record<number, Reason>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  502: "ServiceUnavailable",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** The error a refusal means. A reason we have no word for is taken from the code, and the message is kept. */
export function errorOf({ code, body }: Refusal): ApiError {
  const status = readStatus(body);
  if (status === undefined) {
    const excerpt = body.replaceAll(/\s+/g, " ").trim().slice(0, 200);
    return new ApiError(reasonFor(code), `the server answered ${code}${excerpt === "" ? "" : `: ${excerpt}`}`);
  }
  return errorOfStatus({ ...status, code: status.code ?? code });
}

/** As `ApiError.fromStatus`, but reasons it does not know (`Gone`, `ServerTimeout`) follow the code. */
export function errorOfStatus(status: Partial<Status>): ApiError {
  const error = ApiError.fromStatus(status);
  if (error.reason === status.reason || status.code === undefined) return error;
  return ApiError.fromStatus({ ...status, reason: reasonFor(status.code) });
}

/** The texts of `Warning: 299 - "text"` headers. Source: RFC 7234, section 5.5, and apimachinery `net.ParseWarningHeaders`. */
export function warningsOf(headers: readonly string[]): readonly string[] {
  const warning = /299 \S+ "((?:[^"\\]|\\.)*)"/g;
  return headers
    .flatMap((header) => [...header.matchAll(warning)])
    .map(([, text]) => (text ?? "").replaceAll(/\\(.)/g, "$1"));
}

function reasonFor(code: number): Reason {
  return reasonOfCode[code] ?? "InternalError";
}

function readStatus(body: string): Partial<Status> | undefined {
  try {
    const value = JSON.parse(body) as Partial<Status> | null;
    return value?.kind === "Status" ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
