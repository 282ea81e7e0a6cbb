import { expect } from "chai";
import { describeKnowledge, healthOf, knowledgeJson, readinessOf } from "./health.ts";
import { alone, unsynced, well } from "./knowledge.fixture.ts";

describe("what the DNS server says of itself", () => {
  it("D52 is healthy with the API server or without, until it is about to end", () => {
    expect(healthOf(false)).to.deep.equal({ isGood: true, summary: "OK" });
    expect(healthOf(true)).to.deep.include({ isGood: false });
  });

  it("D52 is ready from the first sync on, also without the API server, until it is about to end", () => {
    expect(readinessOf(unsynced, false)).to.deep.include({ isGood: false });
    expect(readinessOf(unsynced, false).summary).to.contain("SERVFAIL");
    for (const knowledge of [well, alone])
      expect(readinessOf(knowledge, false)).to.deep.equal({ isGood: true, summary: "OK" });
    expect(readinessOf(well, true)).to.deep.include({ isGood: false });
  });

  const cases: readonly (readonly [title: string, knowledge: typeof well, line: string])[] = [
    ["heard of of late", well, "API server: connected, heard of 0 s ago"],
    ["frozen", alone, "API server: has not been heard of for 12 s; answering with what was last known (revision 123)"],
    ["never there", unsynced, "API server: has not been heard of yet"],
    [
      "there, but without lists",
      { ...alone, api: { isConnected: false, silentMs: 10 } },
      "API server: does not give lists; answering with what was last known (revision 123)",
    ],
    [
      "lost before the first sync",
      { ...unsynced, api: { isConnected: false, silentMs: 3_000 } },
      "API server: has not been heard of for 3 s; not synced",
    ],
  ];
  for (const [title, knowledge, line] of cases) {
    it(`D52 says that the API server is ${title}`, () => expect(describeKnowledge(knowledge)).to.include(line));
  }

  it("D52 tells what it serves, and where", () => {
    expect(describeKnowledge(well)).to.include.members([
      "synced: revision 123",
      "zone: cluster.local, serial 120, 12 names, 34 records",
      "addresses: 127.0.0.1:10053",
      "threads: 2",
    ]);
    expect(describeKnowledge({ ...unsynced, addresses: [] })).to.include.members([
      "synced: not yet",
      "addresses: none",
    ]);
  });

  it("D52 tells programs the same", () => {
    expect(knowledgeJson(alone)).to.deep.include({
      synced: true,
      servedRevision: 123,
      apiServer: { connected: false, silentSeconds: 12.345 },
    });
    expect(knowledgeJson(unsynced)).to.deep.include({
      servedRevision: null,
      apiServer: { connected: false, silentSeconds: null },
    });
  });
});
