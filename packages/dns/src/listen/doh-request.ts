import { queryLimit } from "../wire/constants.ts";

/** What the head of an HTTP request asks for: the query it carries, one to come in the body, or a refusal with its reason. */
export type DohRequest =
  | { readonly is: "query"; readonly message: Buffer }
  | { readonly is: "body" }
  | { readonly is: "refused"; readonly status: number; readonly why: string };

export interface RequestHead {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly contentType: string | undefined;
  readonly contentLength: string | undefined;
}

/** Where queries go. Source: RFC 8484 §4.1, whose examples everybody has taken over. */
const path = "/dns-query";

export const mediaType = "application/dns-message";

/** Reads the head of a request. Source: RFC 8484 §4.1; RFC 9110 §15.5 for the refusals. */
export function readRequest({ method, url, contentType, contentLength }: RequestHead): DohRequest {
  const [at, parameters] = splitOnce(url, "?");
  if (at !== path) return refused(404, `queries go to ${path}`);
  if (method === "GET") return readParameter(parameters);
  if (method !== "POST") return refused(405, "a query is a GET or a POST");
  const [type] = splitOnce(contentType ?? "", ";");
  if (type.trim().toLowerCase() !== mediaType) return refused(415, `a query is of the type ${mediaType}`);
  if (Number(contentLength ?? 0) > queryLimit) return tooLong;
  return { is: "body" };
}

/** For bodies that say nothing about their length, or the wrong thing. */
export const tooLong: DohRequest & { readonly is: "refused" } = refused(
  413,
  `a query has at most ${queryLimit} octets`,
);

export const unreadable: DohRequest & { readonly is: "refused" } = refused(400, "that is not a DNS query");

function readParameter(parameters: string): DohRequest {
  const text = new URLSearchParams(parameters).get("dns");
  if (text === null || text === "") return refused(400, "the parameter dns is missing");
  if (text.length > Math.ceil((queryLimit * 4) / 3)) return tooLong;
  // Base64url has no padding here, and Node would pass over what is not part of it.
  if (!/^[\w-]+$/.test(text)) return refused(400, "the parameter dns is not base64url without padding");
  return { is: "query", message: Buffer.from(text, "base64url") };
}

function refused(status: number, why: string): DohRequest & { readonly is: "refused" } {
  return { is: "refused", status, why };
}

function splitOnce(text: string, separator: string): readonly [before: string, after: string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
