/** HTTP codes of the reasons a request can fail for. Source: apimachinery `meta/v1` StatusReason. */
const codes = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Expired: 410,
  Forbidden: 403,
  InternalError: 500,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  ServiceUnavailable: 503,
  Timeout: 504,
  TooManyRequests: 429,
  Unauthorized: 401,
  UnsupportedMediaType: 415,
} as const;

export type Reason = keyof typeof codes;

/** One field that is wrong, in upstream's words: `FieldValueInvalid`, `spec.replicas`. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** The wire form of an outcome. Source: apimachinery `meta/v1` Status. */
export interface Status {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: "Success" | "Failure";
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** The one error of the API: a closed list of reasons, each with its HTTP code. The message is upstream's text. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly reason: Reason;
  readonly details: StatusDetails | undefined;

  constructor(reason: Reason, message: string, options?: ErrorOptions & { readonly details?: StatusDetails }) {
    super(message, options);
    this.reason = reason;
    this.details = options?.details;
  }

  get code(): number {
    return codes[this.reason];
  }

  toStatus(): Status {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }

  /** Reads a failure back from the wire; an unknown reason becomes InternalError and keeps its message. */
  static fromStatus(status: Partial<Status>): ApiError {
    const reason = isReason(status.reason) ? status.reason : "InternalError";
    const options = status.details === undefined ? {} : { details: status.details };
    return new ApiError(reason, status.message ?? "the server gave no message", options);
  }
}

/** True for an ApiError with one of these reasons: the only way errors of the API should be told apart. */
export function isApiError(error: unknown, ...reasons: readonly Reason[]): error is ApiError {
  return error instanceof ApiError && (reasons.length === 0 || reasons.includes(error.reason));
}

function isReason(reason: string | undefined): reason is Reason {
  return reason !== undefined && Object.hasOwn(codes, reason);
}
