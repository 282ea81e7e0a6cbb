import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { apiVersionOf } from "@ordinal/api";
import { aggregatedContentType, aggregatedDiscovery, aggregatedVersion } from "../discovery/aggregated.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions } from "../discovery/legacy.ts";
import type { OpenApi } from "../discovery/openapi-documents.ts";
import { groupVersions } from "../discovery/resources.ts";
import { parseAccept } from "./accept.ts";
import { ok, type Answer, type Exchange } from "./exchange.ts";
import { unknownPath } from "./failures.ts";

const decompress = promisify(gunzip);

/**
 * An empty OpenAPI v2 document: no bytes are a valid protobuf message. The type must be written with dots, though clients ask
 * for it with an `@`.
 */
export const emptyOpenApiV2: Answer = {
  code: 200,
  bytes: "",
  headers: { "content-type": "application/com.github.proto-openapi.spec.v2.v1.0+protobuf" },
};

/** `/api` and `/apis`, in the aggregated form for clients that know it. */
export function discoverGroups({ request }: Exchange, root: "api" | "apis"): Answer {
  const version = aggregatedVersion(parseAccept(request.headers.accept));
  if (version === undefined) {
    return ok(root === "api" ? apiVersions(request.headers.host ?? "") : apiGroupList());
  }
  return {
    code: 200,
    bytes: JSON.stringify(aggregatedDiscovery(root, version)),
    headers: { "content-type": aggregatedContentType(version), vary: "Accept" },
  };
}

/** `/apis/apps`. */
export function discoverGroup(name: string): Answer {
  return found(apiGroup(name));
}

/** `/api/v1` and `/apis/apps/v1`. */
export function discoverGroupVersion(groupVersion: { readonly group: string; readonly version: string }): Answer {
  return found(apiResourceList(apiVersionOf(groupVersion)));
}

/** `/`: where to begin. */
export function listPaths(): Answer {
  const versions = [...groupVersions.keys()].map((version) =>
    version.includes("/") ? `/apis/${version}` : `/api/${version}`,
  );
  const others = [
    "/api",
    "/apis",
    "/healthz",
    "/livez",
    "/metrics",
    "/openapi/v2",
    "/openapi/v3",
    "/readyz",
    "/version",
  ];
  return ok({ paths: [...others, ...versions].toSorted() });
}

/** One OpenAPI v3 document. Under its hash it never changes, so a client may keep it. */
export async function serveOpenApi(
  openApi: OpenApi,
  { exchange, path }: { exchange: Exchange; path: string },
): Promise<Answer> {
  const document = await openApi.document(path);
  if (document === undefined) throw unknownPath();
  const isAskedByHash = exchange.query.get("hash") === document.hash;
  const wantsGzip = /\bgzip\b/.test(exchange.request.headers["accept-encoding"] ?? "");
  return {
    code: 200,
    bytes: wantsGzip ? document.gzipped : await decompress(document.gzipped),
    headers: {
      "content-type": "application/json",
      etag: `"${document.hash}"`,
      vary: "Accept, Accept-Encoding",
      ...(isAskedByHash
        ? { "cache-control": "public, immutable, max-age=31536000" }
        : { "cache-control": "no-cache, private" }),
      ...(wantsGzip ? { "content-encoding": "gzip" } : {}),
    },
  };
}

function found(value: unknown): Answer {
  if (value === undefined) throw unknownPath();
  return ok(value);
}
