import { expect } from "chai";
import type { KubeObject, ObjectMeta } from "@ordinal/api";
import { planItem, type OwnerState } from "./plan-item.ts";

function anObject(metadata: Partial<ObjectMeta> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "it", uid: "it", resourceVersion: "1", creationTimestamp: "", ...metadata },
  };
}

const going = { deletionTimestamp: "2026-01-01T00:00:00Z" };
const owner = (uid: string) => ({ apiVersion: "v1", kind: "ConfigMap", name: uid, uid });
const blocking = anObject({ ownerReferences: [{ ...owner("it"), blockOwnerDeletion: true }] });
const harmless = anObject({ ownerReferences: [owner("it")] });

interface Case {
  readonly title: string;
  readonly object?: Partial<ObjectMeta>;
  readonly owners?: readonly OwnerState[];
  readonly dependents?: readonly KubeObject[];
  readonly step: object;
}

const cases: readonly Case[] = [
  { title: "leaves an object without owners", step: { do: "nothing" } },
  { title: "leaves an object whose owner is there", owners: ["solid"], step: { do: "nothing" } },
  {
    title: "deletes when the only owner is gone",
    owners: ["absent"],
    step: { do: "delete", propagation: "Background" },
  },
  {
    title: "deletes when all owners are gone",
    owners: ["absent", "absent"],
    step: { do: "delete", propagation: "Background" },
  },
  {
    title: "keeps an object with one owner left, without the others",
    owners: ["solid", "absent", "waiting"],
    step: { do: "drop-owners", uids: ["owner-1", "owner-2"] },
  },
  {
    title: "deletes a dependent its owner waits for",
    owners: ["waiting"],
    step: { do: "delete", propagation: "Background" },
  },
  {
    title: "hands a foreground deletion on to further dependents",
    owners: ["waiting"],
    dependents: [harmless],
    step: { do: "delete", propagation: "Foreground" },
  },
  {
    title: "breaks a circle of objects that wait for each other",
    owners: ["waiting"],
    dependents: [anObject({ ...going, finalizers: ["foregroundDeletion"] })],
    step: { do: "unblock-and-delete" },
  },
  {
    title: "respects an orphan finalizer that is there already",
    object: { finalizers: ["orphan"] },
    owners: ["absent"],
    step: { do: "delete", propagation: "Orphan" },
  },
  { title: "leaves an object that is going already", object: going, owners: ["absent"], step: { do: "nothing" } },
  {
    title: "waits for a dependent that blocks a foreground deletion",
    object: { ...going, finalizers: ["foregroundDeletion"] },
    dependents: [harmless, blocking],
    step: { do: "nothing" },
  },
  {
    title: "does not wait for one that does not block",
    object: { ...going, finalizers: ["foregroundDeletion"] },
    dependents: [harmless],
    step: { do: "drop-finalizer", finalizer: "foregroundDeletion" },
  },
  {
    title: "releases dependents before an orphaning deletion ends",
    object: { ...going, finalizers: ["orphan"] },
    dependents: [harmless],
    step: { do: "release-dependents" },
  },
  {
    title: "ends an orphaning deletion without dependents",
    object: { ...going, finalizers: ["orphan"] },
    step: { do: "drop-finalizer", finalizer: "orphan" },
  },
];

describe("planItem", () => {
  for (const { title, object, owners = [], dependents = [], step } of cases) {
    it(`A10 ${title}`, () => {
      const states = owners.map((state, index) => ({ owner: owner(`owner-${index}`), state }));
      expect(planItem({ object: anObject(object), owners: states, dependents })).to.deep.equal(step);
    });
  }
});
