/**
 * Writes packages/api/src/schema/{schema,descriptions}.generated.json from the type definitions of the npm package
 * `kubernetes-types`, our own of snapshots, and the supplement beside this file. Run it again when one of them changes:
 * `node scripts/generate-schema.ts`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { supplement } from "./generate-schema.supplement.ts";

const target = new URL("../packages/api/src/schema/", import.meta.url);
const require = createRequire(new URL("../packages/api/package.json", import.meta.url));

const files = [
  "apps/v1",
  "authentication/v1",
  "autoscaling/v1",
  "coordination/v1",
  "core/v1",
  "discovery/v1",
  "meta/v1",
  "policy/v1",
  "snapshot/v1",
  "storage/v1",
];
/** Definitions that the npm package does not have. */
const ownFiles: Readonly<Record<string, URL>> = {
  "snapshot/v1": new URL("../packages/api/src/snapshot-types.ts", import.meta.url),
};

/** The kinds a request body or an answer can be; the types they reach come along. */
const roots = [
  "apps/v1.ControllerRevision",
  "apps/v1.StatefulSet",
  "authentication/v1.TokenRequest",
  "autoscaling/v1.Scale",
  "coordination/v1.Lease",
  "core/v1.Binding",
  "core/v1.ConfigMap",
  "core/v1.Endpoints",
  "core/v1.Event",
  "core/v1.LimitRange",
  "core/v1.Namespace",
  "core/v1.Node",
  "core/v1.PersistentVolume",
  "core/v1.PersistentVolumeClaim",
  "core/v1.Pod",
  "core/v1.ResourceQuota",
  "core/v1.Secret",
  "core/v1.Service",
  "core/v1.ServiceAccount",
  "discovery/v1.EndpointSlice",
  "meta/v1.DeleteOptions",
  "meta/v1.Status",
  "policy/v1.Eviction",
  "snapshot/v1.VolumeSnapshot",
  "snapshot/v1.VolumeSnapshotClass",
  "snapshot/v1.VolumeSnapshotContent",
  "storage/v1.StorageClass",
];

/** Type names that are values on the wire, and the letter each has in the schema. */
const values: Readonly<Record<string, string>> = {
  string: "s",
  number: "i",
  boolean: "b",
  "number | string": "o",
  Quantity: "q",
  Time: "t",
  MicroTime: "u",
  RawExtension: "x",
  FieldsV1: "x",
};
const goValues: Readonly<Record<string, string>> = { string: "s", int32: "i", int64: "l", bool: "b" };

interface TypeText {
  description: string;
  readonly fields: Map<string, { type: string; description: string }>;
}

const types = new Map(files.flatMap((file) => [...readTypes(file)]));
for (const line of supplement.trim().split("\n")) applySupplement(line);
const reached = [...reach(roots)].toSorted();
write(
  "schema.generated.json",
  reached.map((name) => [name, mapFields(name, (field) => field.type)]),
);
write(
  "descriptions.generated.json",
  reached.map((name) => [name, { "": typeOf(name).description, ...mapFields(name, (field) => field.description) }]),
);

/** Reads every interface of one definition file: a doc comment, a head, then a doc comment and a line for each field. */
function readTypes(file: string): Map<string, TypeText> {
  const text = readFileSync(ownFiles[file] ?? require.resolve(`kubernetes-types/${file}.d.ts`), "utf8").replaceAll(
    /\{\s*\[name: string\]: ([^;}]+?);?\s*\}/g,
    "Map<$1>",
  );
  const imports = readImports(text);
  const found = new Map<string, TypeText>();
  let comment = "";
  let current: TypeText | undefined;
  for (const [part, doc, head, field, optional, type] of text.matchAll(
    /\/\*\*([\s\S]*?)\*\/|^export interface (\w+) \{|^ +(?:readonly )?"?([\w$-]+)"?(\??): (.+);$/gm,
  )) {
    if (doc !== undefined) comment = cleanComment(doc);
    else if (head !== undefined) {
      current = { description: comment, fields: new Map() };
      found.set(`${file}.${head}`, current);
    } else if (field !== undefined && type !== undefined && current !== undefined) {
      const required = optional === "" ? "!" : "";
      current.fields.set(field, { type: required + showType(type, { file, imports }), description: comment });
    } else throw new Error(`${file}: cannot read ${part}`);
    if (doc === undefined) comment = "";
  }
  return found;
}

function readImports(text: string): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  for (const [, names, from] of text.matchAll(
    /^import (?:type )?\{ (.+) \} from "(?:\.\.|kubernetes-types)\/(.+?)(?:\.d\.ts)?";$/gm,
  ))
    for (const name of names?.split(", ") ?? []) imports.set(name, `${from}.${name}`);
  return imports;
}

function cleanComment(doc: string): string {
  return doc
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

function showType(
  type: string,
  where: { readonly file: string; readonly imports: ReadonlyMap<string, string> },
): string {
  const item = /^(Array|Map)<(.+)>$/.exec(type);
  if (item?.[2] !== undefined) return (item[1] === "Array" ? "[]" : "{}") + showType(item[2], where);
  if (type.startsWith('"')) return "s";
  return values[type] ?? where.imports.get(type) ?? `${where.file}.${type}`;
}

function applySupplement(line: string): void {
  const [name = "", ...changes] = line.split(" ");
  if (!types.has(name)) types.set(name, { description: "", fields: new Map() });
  const { fields } = typeOf(name);
  for (const change of changes) {
    const [, sign, field = "", goType = ""] = /^([+-]?)([^:]+):?(.*)$/.exec(change) ?? [];
    const before = fields.get(field);
    if ((before === undefined) !== (sign === "+"))
      throw new Error(`${name}.${field} is ${before ? "" : "not "}there already`);
    if (sign === "-") fields.delete(field);
    else {
      const required = goType.startsWith("!") || before?.type.startsWith("!") ? "!" : "";
      fields.set(field, {
        type: required + showGoType(goType.replace("!", "")),
        description: before?.description ?? "",
      });
    }
  }
}

function showGoType(type: string): string {
  if (type === "map[string][]byte") return "{}y";
  if (type.startsWith("[]")) return `[]${showGoType(type.slice(2))}`;
  if (type.startsWith("*")) return `*${showGoType(type.slice(1))}`;
  if (type.includes("/")) return type;
  return goValues[type] ?? `s:${type}`;
}

function reach(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const todo = [...names];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    for (const { type } of typeOf(name).fields.values()) {
      const reference = /[a-z]+\/v1\.\w+$/.exec(type)?.[0];
      if (reference !== undefined) todo.push(reference);
    }
  }
  return seen;
}

function typeOf(name: string): TypeText {
  const type = types.get(name);
  if (type === undefined) throw new Error(`no definition of ${name}`);
  return type;
}

function mapFields(
  name: string,
  show: (field: { readonly type: string; readonly description: string }) => string,
): Record<string, string> {
  const sorted = [...typeOf(name).fields].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([field, each]) => [field, show(each)]));
}

/** One field a line, as the formatter leaves it, so that changes can be read. */
function write(file: string, entries: readonly (readonly [string, unknown])[]): void {
  writeFileSync(new URL(file, target), `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`);
  process.stdout.write(`${file}: ${entries.length} types\n`);
}
