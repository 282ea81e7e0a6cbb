import type { IncomingHttpHeaders } from "node:http";

/** What identifies one version of a file, as nginx writes it: `"<seconds>-<size>"` in hexadecimal. */
export interface Validators {
  readonly etag: string;
  readonly lastModified: string;
}

export function validatorsOf({ mtimeMs, size }: { readonly mtimeMs: number; readonly size: number }): Validators {
  const seconds = Math.floor(mtimeMs / 1_000);
  return {
    etag: `"${seconds.toString(16)}-${size.toString(16)}"`,
    lastModified: new Date(seconds * 1_000).toUTCString(),
  };
}

/** Whether the asker has this version already: 304. If-None-Match counts before If-Modified-Since, which nginx takes exactly. */
export function isUnchanged(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const noneMatch = headers["if-none-match"];
  if (noneMatch !== undefined) return matchesTag(noneMatch, etag);
  return headers["if-modified-since"] === lastModified;
}

/** Whether a condition that has to hold does not: 412. */
export function isRefused(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const match = headers["if-match"];
  if (match !== undefined) return !matchesTag(match, etag);
  const unmodified = headers["if-unmodified-since"];
  return unmodified !== undefined && Date.parse(unmodified) < Date.parse(lastModified);
}

/** Whether a range is still of this version; without If-Range it always is. */
export function mayRange(headers: IncomingHttpHeaders, { etag, lastModified }: Validators): boolean {
  const ifRange = headers["if-range"];
  return ifRange === undefined || ifRange === etag || ifRange === lastModified;
}

function matchesTag(header: string, etag: string): boolean {
  return header.trim() === "*" || header.split(",").some((tag) => tag.trim().replace(/^W\//, "") === etag);
}
