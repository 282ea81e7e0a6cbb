import { apiVersionOf, kinds, typeNameOf } from "@ordinal/api";
import type { Kind } from "@ordinal/api";
import { referenceTo, schemasOf } from "./openapi-schemas.ts";
import type { Schema } from "./openapi-schemas.ts";

/** What bodies and answers of a group version are made of, beside its kinds. */
const extraTypes: Readonly<Record<string, readonly string[]>> = {
  v1: ["core/v1.Binding", "policy/v1.Eviction", "authentication/v1.TokenRequest"],
  "apps/v1": ["autoscaling/v1.Scale"],
};
const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];
const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map(inQuery);
const listParameters = ["continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"].map(inQuery);

/** The OpenAPI v3 document of one group version: schemas with descriptions, and the operations on each kind. */
export function openApiDocument(group: string, version: string): object {
  const served = kinds.filter((kind) => apiVersionOf(kind) === apiVersionOf({ group, version }));
  const types = [
    ...served.map(typeNameOf),
    "meta/v1.DeleteOptions",
    "meta/v1.Status",
    ...(extraTypes[apiVersionOf({ group, version })] ?? []),
  ];
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.33" },
    paths: Object.fromEntries(served.flatMap(pathsOf)),
    components: { schemas: schemasOf(types) },
  };
}

function pathsOf(kind: Kind): readonly (readonly [string, object])[] {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const collection = `${root}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}`;
  const everywhere = kind.namespaced
    ? [[`${root}/${kind.plural}`, { get: operation(kind, "list", listParameters) }] as const]
    : [];
  return [
    ...everywhere,
    [
      collection,
      { get: operation(kind, "list", listParameters), post: withBody(operation(kind, "post", writeParameters), kind) },
    ],
    [`${collection}/{name}`, itemOf(kind)],
  ];
}

function itemOf(kind: Kind): object {
  const patch = { type: "object" };
  const patchContent = Object.fromEntries(patchTypes.map((type) => [type, { schema: patch }]));
  return {
    get: operation(kind, "get", []),
    put: withBody(operation(kind, "put", writeParameters), kind),
    patch: {
      ...operation(kind, "patch", [...writeParameters, inQuery("force")]),
      requestBody: { content: patchContent, required: true },
    },
    delete: operation(kind, "delete", ["dryRun", "gracePeriodSeconds", "propagationPolicy"].map(inQuery)),
  };
}

function operation(kind: Kind, action: string, parameters: readonly Schema[]): Schema {
  return {
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: kind.group, version: kind.version, kind: kind.kind },
    parameters,
    responses: action === "list" ? {} : { "200": { description: "OK", content: json(kind) } },
  };
}

function withBody(described: Schema, kind: Kind): Schema {
  return { ...described, requestBody: { content: json(kind), required: true } };
}

function json(kind: Kind): Schema {
  return { "application/json": { schema: referenceTo(typeNameOf(kind)) } };
}

function inQuery(name: string): Schema {
  return { name, in: "query", schema: { type: "string", uniqueItems: true } };
}
