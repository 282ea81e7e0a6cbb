import { expect } from "chai";
import { EventRing } from "./event-ring.ts";
import { CompactedError, type StoreEvent } from "./store.ts";

function put(revision: number, value = "x", key = `/${revision}`): StoreEvent {
  return { type: "put", revision, key, entry: { key, value, createRevision: revision, modRevision: revision } };
}

const revisionsSince = (ring: EventRing, revision: number): readonly number[] =>
  ring.since(revision).map((event) => event.revision);

describe("EventRing", () => {
  it("keeps the latest events, however many pass through", () => {
    const ring = new EventRing({ start: 7, keepEvents: 3, keepCharacters: 1000 });
    for (let revision = 8; revision <= 5000; revision += 1) ring.push(put(revision));
    expect(ring.floor).to.equal(4997);
    expect(revisionsSince(ring, 4997)).to.deep.equal([4998, 4999, 5000]);
    expect(revisionsSince(ring, 4999)).to.deep.equal([5000]);
    expect(revisionsSince(ring, 5000)).to.deep.equal([]);
    expect(() => ring.since(4996)).to.throw(CompactedError, "revision 4996 is no longer kept; the oldest is 4997");
  });

  it("keeps fewer when they are big, and always the last one", () => {
    const ring = new EventRing({ start: 0, keepEvents: 100, keepCharacters: 25 });
    for (let revision = 1; revision <= 4; revision += 1) ring.push(put(revision, "x".repeat(10)));
    expect(revisionsSince(ring, ring.floor)).to.deep.equal([3, 4]);
    ring.push(put(5, "x".repeat(1000)));
    expect(revisionsSince(ring, ring.floor)).to.deep.equal([5]);
  });

  it("knows the newest entry of the keys in it, and forgets it with the event", () => {
    const ring = new EventRing({ start: 0, keepEvents: 2, keepCharacters: 1000 });
    ring.push(put(1, "a1", "/a"));
    ring.push(put(2, "a2", "/a"));
    expect(ring.newest("/a")?.value).to.equal("a2");
    ring.push({ type: "delete", revision: 3, key: "/a" });
    expect(ring.newest("/a")).to.equal(undefined);
    ring.push(put(4, "b", "/b"));
    ring.push(put(5, "c", "/c"));
    ring.push(put(6, "d", "/d"));
    expect(ring.newest("/b")).to.equal(undefined);
    expect(ring.newest("/c")?.value).to.equal("c");
  });
});
