import { expect } from "chai";
import { controllerOf, controllerReference } from "./owner.ts";
import type { KubeObject } from "./types.ts";

const set: KubeObject = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "web", uid: "u1", resourceVersion: "1", creationTimestamp: "2026-01-01T00:00:00Z" },
};

describe("owners", () => {
  it("a controller's reference is found again among others", () => {
    const reference = controllerReference(set);
    expect(reference).to.deep.equal({
      apiVersion: "apps/v1",
      kind: "StatefulSet",
      name: "web",
      uid: "u1",
      controller: true,
      blockOwnerDeletion: true,
    });
    const other = { apiVersion: "v1", kind: "Node", name: "n", uid: "u2" };
    const pod = { ...set, metadata: { ...set.metadata, ownerReferences: [other, reference] } };
    expect(controllerOf(pod)).to.equal(reference);
  });

  it("an object without owners, or with other owners only, has no controller", () => {
    expect(controllerOf(set)).to.equal(undefined);
    const other = { apiVersion: "v1", kind: "Node", name: "n", uid: "u2", controller: false };
    expect(controllerOf({ ...set, metadata: { ...set.metadata, ownerReferences: [other] } })).to.equal(undefined);
  });
});
