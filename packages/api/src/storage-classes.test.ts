import { expect } from "chai";
import { classNameOf, defaultClassOf, namesClass } from "./storage-classes.ts";
import type { PersistentVolumeClaim, StorageClass } from "./types.ts";

const named = (name: string, creationTimestamp: string, annotations: Readonly<Record<string, string>>) => ({
  apiVersion: "v1",
  kind: "any",
  metadata: { name, uid: name, resourceVersion: "1", creationTimestamp, annotations },
});
const classOf = (name: string, day: number, mark: string): StorageClass => ({
  ...named(name, `2026-01-0${day}T00:00:00Z`, { [mark]: "true" }),
  provisioner: "example.com/any",
});
const claimOf = (spec: PersistentVolumeClaim["spec"], annotations = {}): PersistentVolumeClaim => ({
  ...named("data", "2026-01-01T00:00:00Z", annotations),
  spec,
});
const today = "storageclass.kubernetes.io/is-default-class";
const before = "storageclass.beta.kubernetes.io/is-default-class";
const old = { "volume.beta.kubernetes.io/storage-class": "slow" };

describe("classes of storage", () => {
  it("S3 an unset class and the class of no name are two things; the old annotation counts first", () => {
    expect([claimOf({}), claimOf({ storageClassName: "" }), claimOf({}, old)].map(namesClass)).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect(classNameOf(claimOf({}))).to.equal("");
    expect(classNameOf(claimOf({ storageClassName: "fast" }, old))).to.equal("slow");
  });

  it("S4 the default class is the newest that is marked, then the first by name", () => {
    const classes = [classOf("old", 1, today), classOf("b", 3, before), classOf("a", 3, today), classOf("new", 4, "x")];
    expect(defaultClassOf(classes)?.metadata.name).to.equal("a");
    expect(defaultClassOf([classOf("new", 4, "x")])).to.equal(undefined);
  });
});
