import { apiVersionOf, kinds } from "@ordinal/api";

/** The least that kubectl needs to leave the checking of fields to the server: one patch for each kind. */
export function minimalOpenApi(group: string, version: string): unknown {
  const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  const served = kinds.filter((kind) => apiVersionOf(kind) === apiVersionOf({ group, version }));
  const parameter = (name: string): object => ({ name, in: "query", schema: { type: "string" } });
  const paths = served.map((kind) => [
    `${root}/${kind.namespaced ? "namespaces/{namespace}/" : ""}${kind.plural}/{name}`,
    {
      patch: {
        "x-kubernetes-action": "patch",
        "x-kubernetes-group-version-kind": { group, version, kind: kind.kind },
        parameters: [parameter("fieldValidation"), parameter("dryRun")],
        responses: {},
      },
    },
  ]);
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.33.1" },
    paths: Object.fromEntries(paths),
    components: {},
  };
}
