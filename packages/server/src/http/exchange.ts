import type { IncomingMessage, ServerResponse } from "node:http";
import type { User } from "./authenticate.ts";

/** One request on its way through the server, once it is known who asks. */
export interface Exchange {
  /** In capitals. */
  readonly method: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly user: User;
  /** Aborts when the client has gone or the server stops. */
  readonly signal: AbortSignal;
  /** Says something to the client beside the answer: a `Warning` header. */
  readonly warn: (text: string) => void;
}

/** What goes back: a JSON value, or bytes with their own content type. */
export type Answer =
  | { readonly code: number; readonly value: unknown }
  | { readonly code: number; readonly bytes: Buffer | string; readonly headers: Readonly<Record<string, string>> };

/** The usual answer. */
export const ok = (value: unknown): Answer => ({ code: 200, value });

export const created = (value: unknown): Answer => ({ code: 201, value });
