import { readFileSync } from "node:fs";
import { hasCode } from "@ordinal/runtime";
import { isMap, isScalar, LineCounter, parseDocument, type Document } from "yaml";
import { flagNames, type FlagName } from "./flags.ts";
import type { ConfigFile } from "./setting-sources.ts";
import type { Raw } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

/** Reads the YAML file of `--config`: `name: value` lines. Throws UsageError naming the file, and line and column. */
export function readConfigFile(path: string): ConfigFile {
  const counter = new LineCounter();
  const document = parseDocument(readText(path), { lineCounter: counter });
  const lineOf = (name: string): number => counter.linePos(offsetOf(document, name)).line;
  const [error] = document.errors;
  if (error !== undefined) {
    const at = error.linePos?.[0];
    throw new UsageError(`${path}:${at?.line ?? 1}:${at?.col ?? 1} ${problemIn(error)}`, { cause: error });
  }
  const values: unknown = document.toJS();
  if (values === null || values === undefined) return { path, raw: {}, lineOf };
  if (typeof values !== "object" || Array.isArray(values)) {
    throw new UsageError(`${path}:1 must hold settings as "name: value" lines, like config/ordinal.yaml`);
  }
  const entries = Object.entries(values).filter(([, value]) => value !== null && value !== undefined);
  for (const [name, value] of entries) {
    const problem = problemOf(name, value);
    if (problem !== undefined) throw new UsageError(`${path}:${lineOf(name)} ${problem}`);
  }
  return { path, raw: Object.fromEntries(entries.map(([name, value]) => [name, rawValue(value)])) as Raw, lineOf };
}

/** The first line of the parser's words, without the place, which is said before them. */
function problemIn({ message }: Error): string {
  return (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, "");
}

function problemOf(name: string, value: unknown): string | undefined {
  const known = flagNames.filter((each) => each !== "config");
  if (!known.some((each) => each === name)) return `unknown setting "${name}"; the known ones are ${known.join(", ")}`;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (parts.some((each) => typeof each === "object")) return `${name}: must be one value or a list of values`;
  return undefined;
}

function rawValue(value: unknown): string | boolean | readonly string[] {
  if (typeof value === "boolean") return value;
  return Array.isArray(value) ? value.map(String) : String(value);
}

function offsetOf(document: Document, name: FlagName | (string & {})): number {
  if (!isMap(document.contents)) return 0;
  const pair = document.contents.items.find(({ key }) => isScalar(key) && key.value === name);
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) throw new UsageError(`--config ${path}: there is no such file`, { cause: error });
    throw new UsageError(`--config ${path}: cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
