import { expect } from "chai";
import { apiVersionOf, findKind, kindOf, kinds, qualifiedResource } from "./kinds.ts";
import type { ResourceName } from "./kinds.ts";

describe("kinds", () => {
  it("are found by resource and by manifest", () => {
    for (const kind of kinds) {
      expect(kindOf(kind.plural)).to.equal(kind);
      expect(findKind(apiVersionOf(kind), kind.kind)).to.equal(kind);
    }
  });

  it("have names that are unique, short ones included", () => {
    const names = kinds.flatMap((kind) => [...new Set([kind.plural, kind.singular, ...kind.shortNames])]);
    expect(new Set(names).size).to.equal(names.length);
  });

  it("are not found where they are not served", () => {
    expect(findKind("apps/v1beta1", "StatefulSet")).to.equal(undefined);
    expect(findKind("v1", "StatefulSet")).to.equal(undefined);
    expect(() => kindOf("widgets" as ResourceName)).to.throw(TypeError, "no kind is registered for resource widgets");
  });

  it("are named in messages as upstream names them", () => {
    expect(qualifiedResource(kindOf("pods"))).to.equal("pods");
    expect(qualifiedResource(kindOf("statefulsets"))).to.equal("statefulsets.apps");
    expect(apiVersionOf(kindOf("statefulsets"))).to.equal("apps/v1");
    expect(apiVersionOf(kindOf("pods"))).to.equal("v1");
  });
});
