import { expect } from "chai";
import { CompactedError, type Store, type StoreEvent } from "./store.ts";

/** How the suite gets a store under test. */
export interface StoreMaker {
  /** A new, empty store that keeps its last 10 changes; the maker cleans up after the test. */
  make(): Promise<Store>;
  /** Stops the store and opens its data again. */
  reopen(store: Store): Promise<Store>;
}

/** What every store must do, whatever it is made of. */
export function describeStoreContract(name: string, maker: StoreMaker): void {
  describe(`${name} keeps the contract of a store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await maker.make();
    });

    it("starts empty at revision 0", async () => {
      expect(store.revision()).to.equal(0);
      expect(await store.get("/a")).to.equal(undefined);
      expect(await store.range({ prefix: "/" })).to.deep.equal({ entries: [], revision: 0, remaining: 0 });
    });

    it("counts one revision per change over all keys", async () => {
      await store.put("/a", "1");
      await store.put("/b", "2");
      await store.put("/a", "3");
      expect(store.revision()).to.equal(3);
      expect(await store.get("/a")).to.deep.equal({ key: "/a", value: "3", createRevision: 1, modRevision: 3 });
      expect(await store.get("/b")).to.deep.equal({ key: "/b", value: "2", createRevision: 2, modRevision: 2 });
    });

    it("keeps any text, a key deleted and made again counting as new", async () => {
      const value = JSON.stringify({ text: 'line\nbreak " \u0000 😀 ü', big: "x".repeat(100_000) });
      await store.put("/a", "first");
      expect(await store.delete("/a")).to.include({ ok: true, revision: 2 });
      await store.put("/a", value);
      expect(await store.get("/a")).to.deep.equal({ key: "/a", value, createRevision: 3, modRevision: 3 });
    });

    it("tells what was there before a write", async () => {
      expect(await store.put("/a", "1")).to.deep.equal({ ok: true, revision: 1 });
      const previous = { key: "/a", value: "1", createRevision: 1, modRevision: 1 };
      expect(await store.put("/a", "2")).to.deep.equal({ ok: true, revision: 2, previous });
    });

    it("changes nothing when it deletes what is not there", async () => {
      await store.put("/a", "1");
      expect(await store.delete("/b")).to.deep.equal({ ok: true, revision: 1 });
      expect(store.revision()).to.equal(1);
    });

    it("writes only while the condition holds, and says what is there otherwise", async () => {
      expect(await store.put("/a", "1", { ifRevision: 0 })).to.include({ ok: true, revision: 1 });
      const current = { key: "/a", value: "1", createRevision: 1, modRevision: 1 };
      expect(await store.put("/a", "2", { ifRevision: 0 })).to.deep.equal({ ok: false, current });
      expect(await store.delete("/a", { ifRevision: 7 })).to.deep.equal({ ok: false, current });
      expect(await store.put("/a", "2", { ifRevision: 1 })).to.include({ ok: true, revision: 2 });
      expect(await store.delete("/a", { ifRevision: 2 })).to.include({ ok: true, revision: 3 });
      expect(await store.put("/a", "2", { ifRevision: 2 })).to.deep.equal({ ok: false });
      expect(store.revision()).to.equal(3);
    });

    it("lets exactly one of many racing writers win each round", async () => {
      await store.put("/a", "0");
      for (let round = 0; round < 20; round += 1) {
        const before = await store.get("/a");
        const condition = { ifRevision: before?.modRevision ?? 0 };
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, writer) => store.put("/a", `${round}-${writer}`, condition)),
        );
        expect(outcomes.filter(({ ok }) => ok)).to.have.length(1);
        const now = await store.get("/a");
        expect(now?.value).to.equal(`${round}-0`);
        for (const outcome of outcomes) if (!outcome.ok) expect(outcome.current).to.deep.equal(now);
      }
      expect(store.revision()).to.equal(21);
    });

    it("loses no increment of a counter that many raise at once", async () => {
      async function raise(): Promise<void> {
        for (;;) {
          const before = await store.get("/count");
          const value = String(Number(before?.value ?? 0) + 1);
          const outcome = await store.put("/count", value, { ifRevision: before?.modRevision ?? 0 });
          if (outcome.ok) return;
        }
      }
      await Promise.all(Array.from({ length: 50 }, raise));
      expect((await store.get("/count"))?.value).to.equal("50");
      expect(store.revision()).to.equal(50);
    });

    it("ranges over a prefix in key order, page by page", async () => {
      for (const key of ["/b/2", "/a/1", "/b/10", "/b/1", "/c"]) await store.put(key, key);
      const all = await store.range({ prefix: "/b/" });
      expect(all.entries.map(({ key }) => key)).to.deep.equal(["/b/1", "/b/10", "/b/2"]);
      const first = await store.range({ prefix: "/b/", limit: 2 });
      expect(first.entries.map(({ key }) => key)).to.deep.equal(["/b/1", "/b/10"]);
      expect(first.remaining).to.equal(1);
      const second = await store.range({ prefix: "/b/", limit: 2, after: "/b/10", revision: first.revision });
      expect(second.entries.map(({ key }) => key)).to.deep.equal(["/b/2"]);
      expect(second.remaining).to.equal(0);
    });

    it("shows a range as it was at an older revision", async () => {
      await store.put("/p/a", "a1");
      await store.put("/p/c", "c1");
      const then = await store.range({ prefix: "/p/" });
      await store.put("/p/a", "a2");
      await store.put("/p/b", "b1");
      await store.put("/p/d", "d1");
      await store.delete("/p/c");
      await store.put("/q", "other");
      expect(await store.range({ prefix: "/p/", revision: then.revision })).to.deep.equal(then);
      const between = await store.range({ prefix: "/p/", revision: 4, limit: 1, after: "/p/a" });
      expect(between.entries.map(({ value }) => value)).to.deep.equal(["b1"]);
      expect(between).to.include({ revision: 4, remaining: 1 });
      const first = await store.range({ prefix: "/p/", revision: then.revision, limit: 1 });
      expect(first.entries.map(({ value }) => value)).to.deep.equal(["a1"]);
      expect(first.remaining, "what was made since does not count, what was deleted does").to.equal(1);
      const newest = await store.range({ prefix: "/p/", limit: 1 });
      expect(newest).to.include({ revision: 7, remaining: 2 });
    });

    it("goes on behind a key that has gone meanwhile", async () => {
      for (const key of ["/p/a", "/p/b", "/p/c", "/p/d"]) await store.put(key, key);
      const { revision } = await store.range({ prefix: "/p/", limit: 2 });
      await store.delete("/p/b");
      const rest = await store.range({ prefix: "/p/", limit: 1, after: "/p/b", revision });
      expect(rest.entries.map(({ key }) => key)).to.deep.equal(["/p/c"]);
      expect(rest.remaining).to.equal(1);
    });

    it("refuses a range or a watch that starts before what is kept", async () => {
      for (let count = 0; count < 15; count += 1) await store.put("/a", String(count));
      const error = await store.range({ prefix: "/", revision: 4 }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(CompactedError).with.property("oldest", 5);
      expect((await store.range({ prefix: "/", revision: 5 })).entries.map(({ value }) => value)).to.deep.equal(["4"]);
      expect(() => store.watch({ prefix: "/", fromRevision: 4, onEvent() {} })).to.throw(CompactedError);
    });

    it("tells a watcher every change after its revision, kept ones first, each once and in order", async () => {
      await store.put("/w/a", "1");
      await store.put("/w/a", "2");
      await store.put("/x", "other");
      const seen: StoreEvent[] = [];
      const end = store.watch({ prefix: "/w/", fromRevision: 1, onEvent: (event) => seen.push(event) });
      await Promise.all([store.put("/w/b", "3"), store.delete("/w/a"), store.put("/x", "other")]);
      end();
      await store.put("/w/a", "unseen");
      const a1 = { key: "/w/a", value: "1", createRevision: 1, modRevision: 1 };
      const a2 = { key: "/w/a", value: "2", createRevision: 1, modRevision: 2 };
      const b = { key: "/w/b", value: "3", createRevision: 4, modRevision: 4 };
      expect(seen).to.deep.equal([
        { type: "put", revision: 2, key: "/w/a", entry: a2, previous: a1 },
        { type: "put", revision: 4, key: "/w/b", entry: b },
        { type: "delete", revision: 5, key: "/w/a", previous: a2 },
      ]);
    });

    it("lets list and watch meet without a gap while others write", async () => {
      const writers = Array.from({ length: 4 }, async (_, writer) => {
        for (let count = 0; count < 2; count += 1) await store.put(`/r/${writer}`, String(count));
      });
      const { entries, revision } = await store.range({ prefix: "/r/" });
      const state = new Map(entries.map(({ key, value }) => [key, value]));
      store.watch({
        prefix: "/r/",
        fromRevision: revision,
        onEvent: ({ key, entry }) => state.set(key, entry?.value ?? ""),
      });
      await Promise.all(writers);
      expect([...state.values()]).to.deep.equal(["1", "1", "1", "1"]);
    });

    it("keeps other watchers and writers going when one watcher throws", async () => {
      const seen: number[] = [];
      store.watch({ prefix: "/", fromRevision: 0, onEvent: failingWatcher });
      store.watch({ prefix: "/", fromRevision: 0, onEvent: ({ revision }) => seen.push(revision) });
      await store.put("/a", "1");
      await store.put("/a", "2");
      expect(seen).to.deep.equal([1, 2]);
    });

    it("has everything again after a restart, but can look back no further than it", async () => {
      await store.put("/a", "1");
      await store.put("/b", "2");
      await store.delete("/a");
      const again = await maker.reopen(store);
      expect(again.revision()).to.equal(3);
      expect((await again.range({ prefix: "/" })).entries).to.deep.equal([
        { key: "/b", value: "2", createRevision: 2, modRevision: 2 },
      ]);
      expect(() => again.watch({ prefix: "/", fromRevision: 2, onEvent() {} })).to.throw(CompactedError);
      expect(await again.put("/a", "3")).to.include({ ok: true, revision: 4 });
    });

    it("finishes the writes under way before it stops, and takes none afterwards", async () => {
      const writes = Array.from({ length: 10 }, (_, index) => store.put(`/s/${index}`, "x"));
      const again = await maker.reopen(store);
      for (const outcome of await Promise.all(writes)) expect(outcome.ok).to.equal(true);
      expect((await again.range({ prefix: "/s/" })).entries).to.have.length(10);
      for (const late of [store.put("/late", "x"), store.get("/s/1"), store.range({ prefix: "/" })]) {
        expect(await late.catch((thrown: unknown) => thrown)).to.be.instanceOf(Error);
      }
      expect(() => store.watch({ prefix: "/", fromRevision: 10, onEvent() {} })).to.throw();
      await store.stop();
    });
  });
}

function failingWatcher(): never {
  throw new Error("bad watcher");
}
