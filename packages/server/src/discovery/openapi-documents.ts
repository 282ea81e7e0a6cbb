import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { groupVersions } from "./resources.ts";

const compress = promisify(gzip);

/** An OpenAPI v3 document as it is kept: compressed, as nearly every client takes it. */
interface OpenApiDocument {
  readonly gzipped: Buffer;
  /** Changes with the content, so that clients may keep a document for ever under its hash. */
  readonly hash: string;
}

/** The OpenAPI v3 documents, one for each group version; made when first asked for, then kept. */
export interface OpenApi {
  /** `/openapi/v3`: where each document is. */
  index(): Promise<unknown>;
  /** By the path under which the group version is served: `api/v1`, `apis/apps/v1`. */
  document(path: string): Promise<OpenApiDocument | undefined>;
}

/** `describe` gives the content of one document. */
export function createOpenApi(describe: (group: string, version: string) => unknown): OpenApi {
  const kept = new Map<string, Promise<OpenApiDocument>>();
  const paths = new Map([...groupVersions.keys()].map((apiVersion) => [pathOf(apiVersion), apiVersion]));

  async function document(path: string): Promise<OpenApiDocument | undefined> {
    const apiVersion = paths.get(path);
    if (apiVersion === undefined) return undefined;
    const found = kept.get(path) ?? encode(describe(...split(apiVersion)));
    kept.set(path, found);
    return await found;
  }

  return {
    document,
    async index() {
      const entries = [...paths.keys()].map(async (path) => {
        const hash = (await document(path))?.hash ?? "";
        return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }] as const;
      });
      return { paths: Object.fromEntries(await Promise.all(entries)) };
    },
  };
}

async function encode(content: unknown): Promise<OpenApiDocument> {
  const json = Buffer.from(JSON.stringify(content));
  const hash = createHash("sha256").update(json).digest("hex").toUpperCase();
  return { gzipped: await compress(json), hash };
}

function pathOf(apiVersion: string): string {
  return apiVersion.includes("/") ? `apis/${apiVersion}` : `api/${apiVersion}`;
}

function split(apiVersion: string): readonly [group: string, version: string] {
  const [first = "", second] = apiVersion.split("/");
  return second === undefined ? ["", first] : [first, second];
}
