import { descriptionsOf, fieldsOf, kinds, listMergeOf, typeNameOf } from "@ordinal/api";
import type { FieldType, ListMerge, ValueType } from "@ordinal/api";

/** A JSON schema as OpenAPI v3 writes it. */
export type Schema = Readonly<Record<string, unknown>>;

const machinery = "io.k8s.apimachinery.pkg";

/** Values that upstream gives a name of their own. */
const namedValues: Partial<Record<ValueType, { readonly name: string; readonly schema: Schema }>> = {
  quantity: { name: `${machinery}.api.resource.Quantity`, schema: { oneOf: [{ type: "string" }, { type: "number" }] } },
  time: { name: `${machinery}.apis.meta.v1.Time`, schema: { type: "string", format: "date-time" } },
  microTime: { name: `${machinery}.apis.meta.v1.MicroTime`, schema: { type: "string", format: "date-time" } },
  intOrString: {
    name: `${machinery}.util.intstr.IntOrString`,
    schema: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
  },
  raw: { name: `${machinery}.runtime.RawExtension`, schema: { type: "object" } },
};

const plainValues: Readonly<
  Record<Exclude<ValueType, "quantity" | "time" | "microTime" | "intOrString" | "raw">, Schema>
> = {
  string: { type: "string" },
  int32: { type: "integer", format: "int32" },
  int64: { type: "integer", format: "int64" },
  bool: { type: "boolean" },
  bytes: { type: "string", format: "byte" },
};

const kindsByType: ReadonlyMap<string, { readonly group: string; readonly version: string; readonly kind: string }> =
  new Map([
    ...kinds.map(
      ({ group, version, kind }) => [typeNameOf({ group, version, kind }), { group, version, kind }] as const,
    ),
    ["autoscaling/v1.Scale", { group: "autoscaling", version: "v1", kind: "Scale" }] as const,
  ]);

/** The schemas of these types and of all they reach, by upstream's names. */
export function schemasOf(typeNames: readonly string[]): Readonly<Record<string, Schema>> {
  const schemas = new Map<string, Schema>();
  const todo = [...typeNames];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (schemas.has(schemaName(name))) continue;
    schemas.set(schemaName(name), schemaOfType(name));
    todo.push(...[...fieldsOf(name).values()].flatMap(({ type }) => structsIn(type)));
  }
  for (const { name, schema } of Object.values(namedValues)) schemas.set(name, schema);
  return Object.fromEntries([...schemas].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** A pointer to the schema of a type. */
export function referenceTo(typeName: string): Schema {
  return { $ref: `#/components/schemas/${schemaName(typeName)}` };
}

/** `core/v1.Pod` is `io.k8s.api.core.v1.Pod`. */
function schemaName(typeName: string): string {
  const dotted = typeName.replace("/", ".");
  return typeName.startsWith("meta/") ? `${machinery}.apis.${dotted}` : `io.k8s.api.${dotted}`;
}

function schemaOfType(typeName: string): Schema {
  const descriptions = descriptionsOf(typeName);
  const fields = [...fieldsOf(typeName)];
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  const kind = kindsByType.get(typeName);
  const properties = fields.map(([name, { type }]): [string, Schema] => {
    const description = descriptions[name] ?? "";
    return [
      name,
      { ...(description === "" ? {} : { description }), ...propertyOf(type), ...listMarks(typeName, { name, type }) },
    ];
  });
  return {
    description: descriptions[""] ?? "",
    type: "object",
    ...(required.length === 0 ? {} : { required }),
    properties: Object.fromEntries(properties),
    ...(kind === undefined ? {} : { "x-kubernetes-group-version-kind": [kind] }),
  };
}

/** A reference stands inside `allOf`, because beside it nothing else would count. */
function propertyOf(type: FieldType): Schema {
  const schema = schemaOf(type);
  return "$ref" in schema ? { allOf: [schema] } : schema;
}

function schemaOf(type: FieldType): Schema {
  switch (type.is) {
    case "struct":
      return referenceTo(type.type);
    case "list":
      return { type: "array", items: schemaOf(type.of) };
    case "map":
      return { type: "object", additionalProperties: schemaOf(type.of) };
    case "value": {
      const named = namedValues[type.value];
      if (named !== undefined) return { $ref: `#/components/schemas/${named.name}` };
      return plainValues[type.value as keyof typeof plainValues];
    }
    default:
      return type satisfies never;
  }
}

/** How a list merges, for clients that make patches and for apply. */
function listMarks(typeName: string, { name, type }: { readonly name: string; readonly type: FieldType }): Schema {
  if (type.is !== "list") return {};
  const merge = listMergeOf(typeName, name);
  if (merge === undefined) return { "x-kubernetes-list-type": "atomic" };
  const listType = listTypeOf(merge);
  return {
    "x-kubernetes-list-type": listType,
    ...(listType === "map" ? { "x-kubernetes-list-map-keys": merge.mapKeys } : {}),
    ...(merge.key === undefined ? {} : { "x-kubernetes-patch-merge-key": merge.key }),
    "x-kubernetes-patch-strategy": merge.retainKeys ? "merge,retainKeys" : "merge",
  };
}

function listTypeOf({ key, mapKeys }: ListMerge): "atomic" | "map" | "set" {
  if (key === undefined) return "set";
  return mapKeys.length === 0 ? "atomic" : "map";
}

function structsIn(type: FieldType): readonly string[] {
  if (type.is === "struct") return [type.type];
  return type.is === "value" ? [] : structsIn(type.of);
}
