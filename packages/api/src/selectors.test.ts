import { expect } from "chai";
import { ApiError } from "./api-error.ts";
import {
  matches,
  parseFieldSelector,
  parseLabelSelector,
  selectorOf,
  selectorOfMap,
  showSelector,
} from "./selectors.ts";

const labels = { app: "web", tier: "front", empty: "" };

describe("selectors", () => {
  const holds: readonly (readonly [text: string, expected: boolean])[] = [
    ["", true],
    ["app=web", true],
    ["app==web", true],
    ["app = web", true],
    ["app!=web", false],
    ["app!=db", true],
    ["absent!=x", true],
    ["app=web,tier=back", false],
    ["tier in (front, back)", true],
    ["tier in (front,back),app=web", true],
    ["tier notin (front)", false],
    ["absent notin (x)", true],
    ["absent in (x)", false],
    ["app", true],
    ["!app", false],
    ["!absent", true],
    ["empty=", true],
    ["absent=", false],
    ["toString", false],
    ["example.com/name!=x", true],
  ];
  for (const [text, expected] of holds) {
    it(`A8 ${JSON.stringify(text)} ${expected ? "matches" : "does not match"}`, () => {
      expect(matches(parseLabelSelector(text), labels)).to.equal(expected);
    });
  }

  for (const text of ["app=web=x", "in (a)", "app in a,b", "app in (a", "a b", "=x", "app in (a))"]) {
    it(`A8 refuses ${JSON.stringify(text)}`, () => {
      expect(() => parseLabelSelector(text))
        .to.throw(ApiError, "unable to parse label selector")
        .with.property("code", 400);
    });
  }

  it("A8 field selectors know equality only", () => {
    expect(parseFieldSelector("metadata.name=web-0,status.phase!=Running")).to.deep.equal([
      { operator: "in", key: "metadata.name", values: ["web-0"] },
      { operator: "notin", key: "status.phase", values: ["Running"] },
    ]);
    expect(() => parseFieldSelector("status.phase in (Running)")).to.throw(ApiError, "unable to parse field selector");
  });

  it("reads the selector of a workload, and an empty one matches everything", () => {
    const selector = selectorOf({
      matchLabels: { app: "web" },
      matchExpressions: [
        { key: "tier", operator: "In", values: ["front"] },
        { key: "tier", operator: "NotIn", values: ["back"] },
        { key: "empty", operator: "Exists" },
        { key: "gone", operator: "DoesNotExist" },
      ],
    });
    expect(matches(selector, labels)).to.equal(true);
    expect(matches(selector, { ...labels, gone: "" })).to.equal(false);
    expect(matches(selectorOf({}), undefined)).to.equal(true);
    expect(() => selectorOf({ matchExpressions: [{ key: "a", operator: "Like" }] })).to.throw(ApiError, "not a valid");
  });

  it("the empty selector of a service selects nothing", () => {
    expect(selectorOfMap(undefined)).to.equal(undefined);
    expect(selectorOfMap({})).to.equal(undefined);
    expect(matches(selectorOfMap({ app: "web" }) ?? [], labels)).to.equal(true);
  });

  for (const text of ["app=web", "app!=web", "tier in (a,b)", "tier notin (a,b)", "app", "!app", "app=web,!gone"]) {
    it(`shows ${text} as it is written`, () => expect(showSelector(parseLabelSelector(text))).to.equal(text));
  }
});
