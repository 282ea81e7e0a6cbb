import { kinds } from "@ordinal/api";
import { expect } from "chai";
import { openApiDocument } from "./openapi.ts";

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly parameters: readonly { name: string }[] }>>>
  >;
  readonly components: { readonly schemas: Readonly<Record<string, Record<string, unknown>>> };
}

const documentOf = (group: string, version: string) => openApiDocument(group, version) as Document;

describe("OpenAPI document", () => {
  for (const { group, version, kind, plural, namespaced } of kinds) {
    it(`A1 lets kubectl leave the checking of ${plural} to the server`, () => {
      const root = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
      const path = `${root}/${namespaced ? "namespaces/{namespace}/" : ""}${plural}/{name}`;
      const patch = documentOf(group, version).paths[path]?.["patch"];
      expect(patch?.parameters.map(({ name }) => name)).to.include.members(["fieldValidation", "dryRun"]);
      expect(patch).to.have.property("x-kubernetes-group-version-kind").deep.equal({ group, version, kind });
    });
  }

  it("A1 describes fields, for kubectl explain", () => {
    const pod = documentOf("", "v1").components.schemas["io.k8s.api.core.v1.Pod"];
    expect(pod)
      .to.have.property("x-kubernetes-group-version-kind")
      .deep.equal([{ group: "", version: "v1", kind: "Pod" }]);
    expect(pod)
      .to.have.nested.property("properties.spec.description")
      .match(/^Specification of the desired behavior/);
    expect(pod)
      .to.have.nested.property("properties.spec.allOf")
      .deep.equal([{ $ref: "#/components/schemas/io.k8s.api.core.v1.PodSpec" }]);
  });

  it("A5 says how lists merge", () => {
    const { schemas } = documentOf("apps", "v1").components;
    expect(schemas["io.k8s.api.core.v1.PodSpec"]).to.have.nested.include({
      "properties.volumes.x-kubernetes-patch-strategy": "merge,retainKeys",
      "properties.volumes.x-kubernetes-patch-merge-key": "name",
    });
    const container = schemas["io.k8s.api.core.v1.Container"];
    expect(container)
      .to.have.nested.property("properties.ports.x-kubernetes-list-map-keys")
      .deep.equal(["containerPort", "protocol"]);
    expect(container).to.have.nested.property("properties.args.x-kubernetes-list-type", "atomic");
  });

  it("has a schema for every reference", () => {
    for (const { group, version } of kinds) {
      const document = documentOf(group, version);
      const names = JSON.stringify(document).matchAll(/#\/components\/schemas\/([\w.]+)/g);
      for (const [, name] of names) expect(document.components.schemas).to.have.property(name ?? "");
    }
  });
});
