import { expect } from "chai";
import type { ControllerRevision, StatefulSet } from "@ordinal/api";
import { revisionHash } from "./revision-hash.ts";
import { expiredRevisions, planRevision, readRevision } from "./revisions.ts";
import { aSet } from "./world.fixture.ts";

function withImage(image: string, annotations?: Readonly<Record<string, string>>): StatefulSet {
  const set = aSet({
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } },
  });
  return annotations === undefined ? set : { ...set, metadata: { ...set.metadata, annotations } };
}

/** The revision the API server would have stored for a set, with a number of its own. */
function stored(set: StatefulSet, revision: number): ControllerRevision {
  const step = planRevision(set, [], 0);
  const { name = "" } = step.revision.metadata;
  return {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    ...step.revision,
    revision,
    metadata: { ...step.revision.metadata, name, uid: name, resourceVersion: "1", creationTimestamp: "" },
  };
}

describe("planRevision", () => {
  it("C11 makes the first revision as upstream shapes it", () => {
    const { do: what, revision } = planRevision(withImage("nginx:1", { note: "first" }), [], 0);
    expect(what).to.equal("create");
    expect(revision.revision).to.equal(1);
    expect(JSON.stringify(revision.data)).to.equal(
      '{"spec":{"template":{"$patch":"replace","metadata":{"creationTimestamp":null,"labels":{"app":"web"}},"spec":{"containers":[{"image":"nginx:1","name":"web"}]}}}}',
    );
    expect(revision.metadata.annotations).to.deep.equal({ note: "first" });
    expect(revision.metadata.name).to.match(/^web-[bcdfghjklmnpqrstvwxz2456789]+$/);
  });

  it("C11 keeps the newest when the template is unchanged, whatever the order of its keys", () => {
    const revision = stored(withImage("nginx:1"), 1);
    const reordered = aSet({
      template: { spec: { containers: [{ image: "nginx:1", name: "web" }] }, metadata: { labels: { app: "web" } } },
    });
    expect(planRevision(reordered, [revision], 0)).to.deep.equal({ do: "keep", revision });
  });

  it("C13 takes an earlier revision up again under a new number", () => {
    const history = [stored(withImage("nginx:1"), 1), stored(withImage("nginx:2"), 2)];
    const step = planRevision(withImage("nginx:1"), history, 0);
    expect(step.do).to.equal("renumber");
    expect(step.revision).to.deep.equal({ ...history[0], revision: 3 });
  });

  it("C11 gives another name after a collision", () => {
    const names = [0, 1].map((count) => planRevision(withImage("nginx:1"), [], count).revision.metadata.name);
    expect(names[0]).not.to.equal(names[1]);
  });
});

describe("readRevision", () => {
  it("gives back the template that was recorded", () => {
    const set = withImage("nginx:1");
    const { template } = readRevision(stored(set, 1));
    expect(template.spec).to.deep.equal(set.spec.template.spec);
    expect(template).not.to.have.property("$patch");
  });
});

describe("expiredRevisions", () => {
  const history = [4, 1, 3, 2].map((number) => stored(withImage(`nginx:${number}`), number));
  const live = new Set([history[0]?.metadata.name ?? ""]);
  const expired = (revisionHistoryLimit: number) =>
    expiredRevisions(aSet({ revisionHistoryLimit }), history, live).map((each) => each.revision);

  it("C12 takes the oldest beyond the limit and leaves the live ones", () => {
    expect(expired(1)).to.deep.equal([1, 2]);
    expect(expired(0)).to.deep.equal([1, 2, 3]);
    expect(expired(3)).to.deep.equal([]);
  });
});

describe("revisionHash", () => {
  it("is the FNV-1 of content and count, in upstream's alphabet without vowels", () => {
    // FNV-1 of "a0" is 1886858602.
    expect(revisionHash("a", 0)).to.equal("5ddbd9db46");
  });
});
