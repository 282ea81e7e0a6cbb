import { expect } from "chai";
import { kinds } from "../kinds.ts";
import { listMergeOf } from "./merge-keys.ts";
import { descriptionsOf, fieldsOf, typeNameOf, typeNames } from "./schema.ts";
import type { FieldType } from "./schema.ts";

describe("schema", () => {
  it("has the type of every served kind, and of everything they reach", () => {
    for (const kind of kinds) expect(typeNames()).to.include(typeNameOf(kind));
    for (const name of typeNames()) {
      for (const { type } of fieldsOf(name).values()) {
        for (const reached of structsIn(type)) expect(typeNames(), name).to.include(reached);
      }
    }
  });

  it("tells required fields and fields whose zero means something", () => {
    const fields = fieldsOf("apps/v1.StatefulSetSpec");
    expect(fields.get("replicas")).to.deep.equal({
      type: { is: "value", value: "int32" },
      required: false,
      keepsZero: true,
    });
    expect(fields.get("template")).to.deep.equal({
      type: { is: "struct", type: "core/v1.PodTemplateSpec" },
      required: true,
      keepsZero: false,
    });
    expect(fieldsOf("core/v1.Secret").get("data")?.type).to.deep.equal({
      is: "map",
      of: { is: "value", value: "bytes" },
    });
  });

  it("has what v1.33 added and not what it took away", () => {
    expect(fieldsOf("core/v1.Volume").has("image")).to.equal(true);
    expect(fieldsOf("core/v1.PodResourceClaim").has("source")).to.equal(false);
  });

  it("describes types and fields", () => {
    expect(descriptionsOf("core/v1.Pod")[""]).to.match(/^Pod is a collection of containers/);
    expect(descriptionsOf("apps/v1.StatefulSetSpec")["replicas"]).to.match(/^replicas is the desired number/);
    expect(descriptionsOf("no/v1.Such")).to.deep.equal({});
  });

  it("does not know other types", () => {
    expect(() => fieldsOf("core/v1.Widget")).to.throw(TypeError, "the schema has no type core/v1.Widget");
    expect(() => fieldsOf("toString")).to.throw(TypeError);
  });
});

describe("merge keys", () => {
  it("are fields of the items of their lists", () => {
    let lists = 0;
    for (const name of typeNames()) {
      for (const [field, { type }] of fieldsOf(name)) {
        const merge = listMergeOf(name, field);
        if (merge === undefined) continue;
        lists += 1;
        expect(type.is, `${name}.${field}`).to.equal("list");
        const [item] = structsIn(type);
        for (const key of merge.mapKeys) expect([...fieldsOf(item ?? "").keys()], `${name}.${field}`).to.include(key);
      }
    }
    expect(lists).to.equal(34);
  });

  it("tell sets, keyed lists and lists that are replaced apart", () => {
    expect(listMergeOf("meta/v1.ObjectMeta", "finalizers")).to.deep.equal({ mapKeys: [], retainKeys: false });
    expect(listMergeOf("core/v1.PodSpec", "volumes")).to.deep.equal({
      key: "name",
      mapKeys: ["name"],
      retainKeys: true,
    });
    expect(listMergeOf("core/v1.PodStatus", "hostIPs")).to.deep.equal({ key: "ip", mapKeys: [], retainKeys: false });
    expect(listMergeOf("core/v1.Container", "args")).to.equal(undefined);
  });
});

function structsIn(type: FieldType): readonly string[] {
  if (type.is === "struct") return [type.type];
  return type.is === "value" ? [] : structsIn(type.of);
}
