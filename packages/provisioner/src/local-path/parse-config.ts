import { posix } from "node:path";
import { isJsonObject, type JsonObject, type Result } from "@ordinal/api";
import type { ClassPaths, LocalPathConfig } from "./local-path-config.ts";

const defaultTimeoutSeconds = 120;
const longestTimeoutSeconds = 86_400;

/** Reads `config.json` of rancher's provisioner. An error says what is wrong, and where. Source: rancher `canonicalizeConfig`. */
export function parseLocalPathConfig(text: string): Result<LocalPathConfig, string> {
  try {
    return { ok: true, value: readConfig(asObject(parseJson(text), "the file")) };
  } catch (error) {
    if (error instanceof BadConfig) return { ok: false, error: error.message };
    throw error;
  }
}

class BadConfig extends Error {}

function readConfig(data: JsonObject): LocalPathConfig {
  const classes = Object.entries(asObject(data["storageClassConfigs"] ?? {}, "storageClassConfigs"));
  const classPaths = new Map(
    classes.map(([name, value]) => {
      const where = `storageClassConfigs.${name}`;
      return [name, readPaths(asObject(value, where), `${where}.`)];
    }),
  );
  const setupCommand = asText(data["setupCommand"] ?? "", "setupCommand");
  const teardownCommand = asText(data["teardownCommand"] ?? "", "teardownCommand");
  return {
    paths: classPaths.size > 0 ? undefined : readPaths(data, ""),
    classPaths,
    commandTimeoutMs: readTimeout(data["cmdTimeoutSeconds"]) * 1000,
    ...(setupCommand === "" ? {} : { setupCommand }),
    ...(teardownCommand === "" ? {} : { teardownCommand }),
  };
}

function readPaths(data: JsonObject, where: string): ClassPaths {
  const shared = asText(data["sharedFileSystemPath"] ?? "", `${where}sharedFileSystemPath`);
  const entries = asList(data["nodePathMap"] ?? [], `${where}nodePathMap`);
  if (shared !== "" && entries.length > 0)
    throw new BadConfig(
      `both ${where}nodePathMap and ${where}sharedFileSystemPath are defined; only one may be in use`,
    );
  if (shared === "" && entries.length === 0)
    throw new BadConfig(`both ${where}nodePathMap and ${where}sharedFileSystemPath are unconfigured; give one of them`);
  if (shared !== "")
    return { nodePathMap: new Map(), sharedFileSystemPath: readPath(shared, `${where}sharedFileSystemPath`) };
  const nodePathMap = new Map<string, readonly string[]>();
  for (const [index, value] of entries.entries()) {
    const at = `${where}nodePathMap[${index}]`;
    const { node, paths } = readNode(asObject(value, at), at);
    if (nodePathMap.has(node)) throw new BadConfig(`${at}: duplicate node ${node}`);
    nodePathMap.set(node, paths);
  }
  return { nodePathMap };
}

function readNode(entry: JsonObject, where: string): { readonly node: string; readonly paths: readonly string[] } {
  const node = asText(entry["node"] ?? "", `${where}.node`);
  if (node === "") throw new BadConfig(`${where}.node is missing`);
  const named = asList(entry["paths"] ?? [], `${where}.paths`);
  const paths = named.map((path, index) =>
    readPath(asText(path, `${where}.paths[${index}]`), `${where}.paths[${index}]`),
  );
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw new BadConfig(`${where}.paths: duplicate path ${twice}`);
  return { node, paths };
}

function readPath(path: string, where: string): string {
  if (!path.startsWith("/")) throw new BadConfig(`${where}: path must start with / for path ${path}`);
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f]/.test(path)) throw new BadConfig(`${where}: ${JSON.stringify(path)} has a control character`);
  const plain = posix.resolve(path);
  if (plain === "/") throw new BadConfig(`${where}: cannot use root ('/') as path`);
  return plain;
}

function readTimeout(value: unknown): number {
  if (value === undefined || (typeof value === "number" && value <= 0)) return defaultTimeoutSeconds;
  if (typeof value === "number" && Number.isInteger(value) && value <= longestTimeoutSeconds) return value;
  throw new BadConfig(`cmdTimeoutSeconds: must be a whole number of seconds up to ${longestTimeoutSeconds}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new BadConfig(`is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function asObject(value: unknown, where: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw new BadConfig(`${where} must be an object`);
}

function asList(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new BadConfig(`${where} must be a list`);
}

function asText(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  throw new BadConfig(`${where} must be a text`);
}
