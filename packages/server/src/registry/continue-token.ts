import { ApiError } from "@ordinal/api";

/** Where a list goes on: after this key, as things were at this revision. */
export interface Continuation {
  readonly revision: number;
  readonly after: string;
}

/** An opaque token for clients to send back. */
export function toToken({ revision, after }: Continuation): string {
  return Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: revision, start: after })).toString("base64url");
}

/** Throws ApiError BadRequest for a token we did not make. */
export function fromToken(token: string): Continuation {
  const parsed = parseToken(token);
  if (parsed === undefined) throw new ApiError("BadRequest", "continue key is not valid");
  return parsed;
}

function parseToken(token: string): Continuation | undefined {
  try {
    const { rv, start } = JSON.parse(Buffer.from(token, "base64url").toString()) as Record<string, unknown>;
    return typeof rv === "number" && typeof start === "string" ? { revision: rv, after: start } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
