import { findKind, type Draft, type Kind, type Result } from "@ordinal/api";
import { isMap, isNode, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Pair } from "yaml";
import type { Problem } from "./problem.ts";

/** One object of a manifest, and how to find the place of a field in its text. */
export interface ManifestObject {
  readonly kind: Kind;
  readonly object: Draft;
  /** A problem at the field of this path (`spec.containers[0].image`), or at the nearest place above it. */
  readonly problemAt: (field: string, message: string) => Problem;
}

interface Source {
  readonly file: string;
  readonly text: string;
  readonly lines: LineCounter;
}

type Path = readonly (string | number)[];

/** Reads every object of a YAML or JSON manifest; `kind: List` is taken apart. All or nothing: problems, or objects. */
export function parseManifest(file: string, text: string): Result<readonly ManifestObject[], readonly Problem[]> {
  const source = { file, text, lines: new LineCounter() };
  const documents = parseAllDocuments(text, { lineCounter: source.lines, version: "1.2" });
  const found = "empty" in documents ? [] : documents.map((document) => readDocument(source, document));
  const problems = found.flatMap((each) => (each.ok ? [] : each.error));
  if (problems.length > 0) return { ok: false, error: problems };
  return { ok: true, value: found.flatMap((each) => (each.ok ? each.value : [])) };
}

function readDocument(
  source: Source,
  document: Document.Parsed,
): Result<readonly ManifestObject[], readonly Problem[]> {
  if (document.errors.length > 0) {
    return {
      ok: false,
      error: document.errors.map((error) => problemAtOffset(source, error.pos[0], firstLine(error.message))),
    };
  }
  if (document.contents === null) return { ok: true, value: [] };
  const read = toValue(document);
  if (!read.ok) return { ok: false, error: [problemAtOffset(source, startOf(document.contents) ?? 0, read.error)] };
  const root = read.value;
  if (root === null) return { ok: true, value: [] };
  const at = (path: Path) => (field: string, message: string) =>
    locate(source, document, { path: [...path, ...parsePath(field)], message });
  if (isRecord(root) && root["kind"] === "List" && Array.isArray(root["items"])) {
    return readItems(root["items"], at);
  }
  return readObject(root, at([]));
}

/** Expands aliases; too many of them, or an alias to nothing, are the writer's mistake. */
function toValue(document: Document.Parsed): Result<unknown, string> {
  try {
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) };
  } catch (error) {
    if (error instanceof ReferenceError) return { ok: false, error: error.message };
    throw error;
  }
}

function readItems(
  items: readonly unknown[],
  at: (path: Path) => ManifestObject["problemAt"],
): Result<readonly ManifestObject[], readonly Problem[]> {
  const found = items.map((item, index) => readObject(item, at(["items", index])));
  const problems = found.flatMap((each) => (each.ok ? [] : each.error));
  if (problems.length > 0) return { ok: false, error: problems };
  return { ok: true, value: found.flatMap((each) => (each.ok ? each.value : [])) };
}

function readObject(
  value: unknown,
  problemAt: ManifestObject["problemAt"],
): Result<readonly ManifestObject[], readonly Problem[]> {
  const fail = (field: string, message: string) => ({ ok: false, error: [problemAt(field, message)] }) as const;
  if (!isRecord(value)) return fail("", "a manifest must be a mapping with apiVersion, kind and metadata");
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== "string")
    return fail("apiVersion", "apiVersion is missing; it must be text such as v1 or apps/v1");
  if (typeof kind !== "string") return fail("kind", "kind is missing; it must be text such as StatefulSet");
  const served = findKind(apiVersion, kind);
  if (served === undefined)
    return fail("kind", `no matches for kind "${kind}" in version "${apiVersion}"; Ordinal does not serve it`);
  if (!isRecord(metadata) || typeof metadata["name"] !== "string")
    return fail("metadata", "metadata.name is missing; a manifest needs a name to be applied again");
  return { ok: true, value: [{ kind: served, object: value as unknown as Draft, problemAt }] };
}

/** `spec.containers[0].image` as steps; labels in brackets with quotes are kept whole. */
function parsePath(field: string): Path {
  return [...field.matchAll(/\[(?<index>\d+)\]|\[(?<key>[^\]]+)\]|(?<name>[^.[\]]+)/g)].map(({ groups }) =>
    groups?.["index"] === undefined ? (groups?.["key"] ?? groups?.["name"] ?? "") : Number(groups["index"]),
  );
}

function locate(
  source: Source,
  document: Document.Parsed,
  { path, message }: { readonly path: Path; readonly message: string },
): Problem {
  let offset = startOf(document.contents) ?? 0;
  let node: unknown = document.contents;
  for (const step of path) {
    const [next, at] = stepInto(node, step);
    if (at === undefined) break;
    [node, offset] = [next, at];
  }
  return problemAtOffset(source, offset, message);
}

/** The node behind one step of a path, and where its key (or list item) begins. */
function stepInto(node: unknown, step: string | number): readonly [unknown, number | undefined] {
  if (isMap(node)) {
    const pair = node.items.find((each: Pair) => isScalar(each.key) && String(each.key.value) === String(step));
    return [pair?.value, startOf(pair?.key)];
  }
  if (isSeq(node)) {
    const item = node.items[Number(step)];
    return [item, startOf(item)];
  }
  return [undefined, undefined];
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

function problemAtOffset({ file, text, lines }: Source, offset: number, message: string): Problem {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1), text: text.split("\n")[line - 1] ?? "", message };
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
