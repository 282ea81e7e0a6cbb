import { expect } from "chai";
import { deletionConditions, mergedConditions } from "./conditions.ts";

const noon = "2026-01-01T12:00:00Z";
const later = "2026-01-01T12:00:05Z";
const nothingLeft = { resources: {}, finalizers: {}, failures: [] };

describe("deletionConditions", () => {
  it("A11 says that nothing is left", () => {
    const conditions = deletionConditions(nothingLeft, noon);
    expect(conditions.map((each) => [each.type, each.status, each.reason])).to.deep.equal([
      ["NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered"],
      ["NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions"],
      ["NamespaceDeletionContentFailure", "False", "ContentDeleted"],
      ["NamespaceContentRemaining", "False", "ContentRemoved"],
      ["NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers"],
    ]);
  });

  it("A11 lists what is left and what holds it, in order", () => {
    const conditions = deletionConditions(
      {
        resources: { "statefulsets.apps": 1, "pods.": 2 },
        finalizers: { "example.com/hold": 2 },
        failures: ["second", "first"],
      },
      noon,
    );
    expect(conditions.filter((each) => each.status === "True").map((each) => each.message)).to.deep.equal([
      "first, second",
      "Some resources are remaining: pods. has 2 resource instances, statefulsets.apps has 1 resource instances",
      "Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances",
    ]);
  });
});

describe("mergedConditions", () => {
  it("has nothing to write when nothing changed but the time", () => {
    const before = deletionConditions(nothingLeft, noon);
    expect(mergedConditions(before, deletionConditions(nothingLeft, later))).to.equal(undefined);
  });

  it("moves the time of what changed, and only of that", () => {
    const before = deletionConditions(nothingLeft, noon);
    const next = deletionConditions({ ...nothingLeft, resources: { "pods.": 1 } }, later);
    const changed = mergedConditions(before, next)?.filter((each) => each.lastTransitionTime === later);
    expect(changed?.map((each) => each.type)).to.deep.equal(["NamespaceContentRemaining"]);
  });
});
