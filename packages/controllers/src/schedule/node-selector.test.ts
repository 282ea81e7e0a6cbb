import type { Node } from "@ordinal/api";
import { expect } from "chai";
import { volumeOf } from "../binding/volumes.fixture.ts";
import { allowsNode, isReachable, selectsNode } from "./node-selector.ts";

const node: Node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "ordinal",
    uid: "n",
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels: { "kubernetes.io/hostname": "ordinal", disks: "4" },
  },
};

type Requirement = readonly [key: string, operator: string, ...values: string[]];

const selecting = (...terms: readonly (readonly Requirement[])[]) => ({
  nodeSelectorTerms: terms.map((requirements) => ({
    matchExpressions: requirements.map(([key, operator, ...values]) => ({ key, operator, values })),
  })),
});

describe("selectsNode", () => {
  const cases: readonly (readonly [what: string, ...args: Parameters<typeof selectsNode>, selects: boolean])[] = [
    ["In", selecting([["kubernetes.io/hostname", "In", "a", "ordinal"]]), node, true],
    ["In another", selecting([["kubernetes.io/hostname", "In", "other"]]), node, false],
    ["NotIn of an absent label", selecting([["zone", "NotIn", "a"]]), node, true],
    ["Exists", selecting([["disks", "Exists"]]), node, true],
    ["DoesNotExist", selecting([["disks", "DoesNotExist"]]), node, false],
    ["Gt", selecting([["disks", "Gt", "3"]]), node, true],
    ["Lt", selecting([["disks", "Lt", "4"]]), node, false],
    ["Gt of what is no number", selecting([["kubernetes.io/hostname", "Gt", "3"]]), node, false],
    ["a label named like what every object has", selecting([["constructor", "Exists"]]), node, false],
    [
      "all requirements of a term",
      selecting([
        ["disks", "Exists"],
        ["zone", "Exists"],
      ]),
      node,
      false,
    ],
    ["any term", selecting([["zone", "Exists"]], [["disks", "Exists"]]), node, true],
    ["a term that asks for nothing", selecting([]), node, false],
  ];
  for (const [what, selector, each, selects] of cases) {
    it(`S29 ${what}: ${selects ? "yes" : "no"}`, () => expect(selectsNode(selector, each)).to.equal(selects));
  }
});

describe("isReachable and allowsNode", () => {
  it("S29 a volume without affinity can be reached from everywhere", () => {
    expect(isReachable(volumeOf("a"), node)).to.equal(true);
  });

  it("S50 a class allows the nodes of its topologies, or all", () => {
    const inZone = (values: string[]) => [{ matchLabelExpressions: [{ key: "disks", values }] }];
    expect([
      allowsNode(undefined, node),
      allowsNode(inZone(["4"]), node),
      allowsNode(inZone(["5"]), node),
    ]).to.deep.equal([true, true, false]);
  });
});
