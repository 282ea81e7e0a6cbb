import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import { readWatchEvent } from "./watch-events.ts";

describe("readWatchEvent", () => {
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web-0", resourceVersion: "41" } };

  for (const type of ["ADDED", "MODIFIED", "DELETED", "BOOKMARK"]) {
    it(`reads ${type} with the revision of the object`, () => {
      expect(readWatchEvent(JSON.stringify({ type, object: pod }))).to.deep.equal({ type, object: pod, revision: 41 });
    });
  }

  it("throws an ERROR as what it says", () => {
    const object = {
      kind: "Status",
      status: "Failure",
      reason: "Expired",
      message: "too old resource version",
      code: 410,
    };
    expect(() => readWatchEvent(JSON.stringify({ type: "ERROR", object })))
      .to.throw(ApiError, "too old resource version")
      .with.property("reason", "Expired");
  });

  const bad = [
    "{",
    "null",
    "[]",
    '"text"',
    "{}",
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":{"metadata":{}}}',
    '{"type":"ADDED","object":{"metadata":{"resourceVersion":"x"}}}',
    '{"type":"MOVED","object":{"metadata":{"resourceVersion":"1"}}}',
  ];
  for (const line of bad) {
    it(`calls ${line} unreadable`, () => {
      expect(() => readWatchEvent(line))
        .to.throw(ApiError, "unreadable watch event")
        .with.property("reason", "ServiceUnavailable");
    });
  }
});
