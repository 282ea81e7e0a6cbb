import { expect } from "chai";
import { AnswerCache, type CacheOptions } from "./answer-cache.ts";
import { attemptOrder } from "./attempt-order.ts";
import { BoundedMap } from "./bounded-map.ts";
import { Histogram, requestDurationBuckets } from "./counters.ts";
import type { Lifetime } from "./lifetime.ts";
import { bareAnswer } from "./stored-answer.ts";

const answer = (kind: Lifetime["kind"], seconds: number) => bareAnswer(0, { kind, seconds });

/** What is found at these seconds, after an answer was stored at 0. */
function lookedUp(options: CacheOptions, lifetime: Lifetime, seconds: readonly number[]): readonly string[] {
  const cache = new AnswerCache(options);
  cache.store("a", bareAnswer(0, lifetime), 0);
  return seconds.map((each) => {
    const hit = cache.find("a", each * 1_000);
    return hit === undefined ? "nothing" : `${hit.is} ${hit.ageSeconds}`;
  });
}

describe("the cache", () => {
  it("D50 gives an answer while it lasts, and marks what is stale for an hour after", () => {
    expect(lookedUp({}, { kind: "success", seconds: 10 }, [0, 9.999, 10, 3_609, 3_610])).to.deep.equal([
      "fresh 0",
      "fresh 9",
      "stale 10",
      "stale 3609",
      "nothing",
    ]);
  });

  it("D50 keeps denials as well, failures only while they last, and what is nothing not at all", () => {
    expect(lookedUp({}, { kind: "denial", seconds: 5 }, [4, 5])).to.deep.equal(["fresh 4", "stale 5"]);
    expect(lookedUp({}, { kind: "failure", seconds: 5 }, [4, 5])).to.deep.equal(["fresh 4", "nothing"]);
    expect(lookedUp({}, { kind: "none", seconds: 5 }, [0])).to.deep.equal(["nothing"]);
  });

  it("D50 keeps nothing stale where it should not", () => {
    expect(lookedUp({ staleSeconds: 0 }, { kind: "success", seconds: 10 }, [9, 10])).to.deep.equal([
      "fresh 9",
      "nothing",
    ]);
  });

  it("takes an answer for new when the clock is set back", () => {
    expect(lookedUp({}, { kind: "success", seconds: 10 }, [-100])).to.deep.equal(["fresh 0"]);
  });

  it("D50 a denial takes the place of an answer, and the other way round", () => {
    const cache = new AnswerCache({});
    for (const kind of ["success", "denial", "success"] as const) cache.store("a", answer(kind, 10), 0);
    expect(cache.find("a", 0)?.entry.answer.lifetime.kind).to.equal("success");
    expect(cache.counters().entries).to.deep.equal({ success: 1, denial: 0 });
  });

  it("D50 made-up names do not wash out what is used", () => {
    const cache = new AnswerCache({ maxEntries: 100 });
    cache.store("used", answer("success", 10), 0);
    for (let index = 0; index < 1_000; index += 1) cache.store(`x${index}`, answer("denial", 10), 0);
    const { entries, evictions, bytes } = cache.counters();
    expect(cache.find("used", 0)?.is).to.equal("fresh");
    expect({ entries, evictions }).to.deep.equal({
      entries: { success: 1, denial: 100 },
      evictions: { success: 0, denial: 900 },
    });
    expect(bytes).to.be.below(101 * 500);
  });

  it("D50 is to be renewed when it was asked for ten times and a tenth of its time is left", () => {
    const cache = new AnswerCache({});
    cache.store("a", answer("success", 100), 0);
    const isDue = (second: number) => {
      const hit = cache.find("a", second * 1_000);
      return hit !== undefined && cache.isPrefetchDue(hit, second * 1_000);
    };
    expect([80, 81, 82, 83, 84, 85, 86, 87, 88].map(isDue)).not.to.include(true);
    expect(isDue(89)).to.equal(false);
    expect(isDue(90)).to.equal(true);
    // What was asked for often stays so when it is renewed.
    cache.store("a", answer("success", 100), 90_000);
    expect(isDue(140)).to.equal(false);
    expect(isDue(185)).to.equal(true);
  });

  it("D50 is not to be renewed after a gap of a minute, nor ever where that is off", () => {
    const cache = new AnswerCache({ prefetch: { amount: 2 } });
    cache.store("a", answer("success", 100), 0);
    const off = new AnswerCache({ prefetch: { amount: 0 } });
    off.store("a", answer("success", 100), 0);
    const isDue = (of: AnswerCache, second: number) => {
      const hit = of.find("a", second * 1_000);
      return hit !== undefined && of.isPrefetchDue(hit, second * 1_000);
    };
    expect([isDue(cache, 20), isDue(cache, 95), isDue(cache, 96)]).to.deep.equal([false, false, true]);
    expect([95, 96, 97].map((second) => isDue(off, second))).not.to.include(true);
  });

  it("counts as CoreDNS does", () => {
    const cache = new AnswerCache({});
    cache.find("a", 0);
    cache.store("a", answer("success", 1), 0);
    cache.store("b", answer("denial", 10), 0);
    cache.find("a", 0);
    cache.find("b", 0);
    cache.find("a", 5_000);
    const { requests, misses, hits } = cache.counters();
    expect({ requests, misses, hits }).to.deep.equal({ requests: 4, misses: 2, hits: { success: 1, denial: 1 } });
  });
});

describe("a bounded map", () => {
  it("forgets what was longest not asked for, by number and by octets", () => {
    const map = new BoundedMap<{ readonly bytes: number }>({ maxEntries: 3, maxBytes: 100 });
    for (const key of ["a", "b", "c"]) map.set(key, { bytes: 10 });
    map.get("a");
    map.set("d", { bytes: 10 });
    expect(["a", "b", "c", "d"].filter((key) => map.get(key) !== undefined)).to.deep.equal(["a", "c", "d"]);
    map.set("e", { bytes: 90 });
    expect(["a", "c", "d", "e"].filter((key) => map.get(key) !== undefined)).to.deep.equal(["d", "e"]);
    expect([map.size, map.bytes, map.evictions]).to.deep.equal([2, 100, 3]);
    map.set("e", { bytes: 101 });
    expect([map.size, map.bytes]).to.deep.equal([0, 0]);
  });
});

describe("the order of upstreams", () => {
  const upstream = (name: string, { isDown = false, isLooping = false } = {}) => ({
    name,
    isLooping,
    isDown: () => isDown,
  });
  const order = (upstreams: readonly ReturnType<typeof upstream>[], policy: "sequential" | "random" = "sequential") => {
    const { upstreams: found, isGuess } = attemptOrder(upstreams, { policy, random: () => 0 });
    return `${found.map(({ name }) => name).join(" ")}${isGuess ? " (a guess)" : ""}`;
  };
  const [a, b, c] = [upstream("a"), upstream("b"), upstream("c")];
  const [down, alsoDown] = [upstream("down", { isDown: true }), upstream("also", { isDown: true })];
  const looping = upstream("looping", { isLooping: true });

  it("D38 is theirs, or random, without those that are down", () => {
    expect(order([a, down, b, c])).to.equal("a b c");
    expect(order([a, down, b, c], "random")).to.equal("b c a");
  });

  it("D38 is random where all are down", () => expect(order([down, alsoDown])).to.equal("also down (a guess)"));

  it("D39 never has one that leads back here", () => {
    expect(order([looping, a])).to.equal("a");
    expect(order([looping, down])).to.equal("down (a guess)");
    expect(order([looping])).to.equal("");
  });
});

describe("a histogram", () => {
  it("has the buckets of CoreDNS, each up to its bound", () => {
    const histogram = new Histogram();
    for (const seconds of [0, 0.00025, 0.000251, 8.192, 9]) histogram.observe(seconds);
    const { count, buckets, sumSeconds } = histogram.read();
    expect([requestDurationBuckets[0], requestDurationBuckets.at(-1)]).to.deep.equal([0.00025, 8.192]);
    expect([count, buckets[0], buckets[1], buckets[15], buckets[16]]).to.deep.equal([5, 2, 1, 1, 1]);
    expect(sumSeconds).to.be.closeTo(17.1925, 0.001);
  });
});
