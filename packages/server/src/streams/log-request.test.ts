import { isApiError } from "@ordinal/api";
import { expect } from "chai";
import { readLogRequest } from "./log-request.ts";

describe("readLogRequest", () => {
  const nowMs = Date.UTC(2026, 0, 31, 12);
  const target = { namespace: "default", pod: "web-0" };
  const read = (query: string) => readLogRequest({ target, query: new URLSearchParams(query), nowMs });
  const plain = { ...target, follow: false, previous: false, timestamps: false };

  const good: readonly (readonly [query: string, expected: object])[] = [
    ["", plain],
    [
      "container=main&follow=true&timestamps=1&previous=false",
      { ...plain, container: "main", follow: true, timestamps: true },
    ],
    ["previous=true&tailLines=0&limitBytes=1", { ...plain, previous: true, tailLines: 0, limitBytes: 1 }],
    ["sinceSeconds=60", { ...plain, sinceMs: nowMs - 60_000 }],
    ["sinceTime=2026-01-31T11:59:00Z", { ...plain, sinceMs: nowMs - 60_000 }],
    ["sinceTime=2026-01-31T12:59:00.5%2B01:00", { ...plain, sinceMs: nowMs - 59_500 }],
    ["tailLines=&container=&sinceTime=", plain],
  ];
  for (const [query, expected] of good) {
    it(`reads ?${query}`, () => expect(read(query)).to.deep.equal(expected));
  }

  const bad: readonly (readonly [query: string, code: number, message: string])[] = [
    ["tailLines=ten", 400, 'tailLines: "ten" is not an integer'],
    ["limitBytes=1.5", 400, 'limitBytes: "1.5" is not an integer'],
    ["sinceSeconds=99999999999999999999", 400, "is not an integer"],
    ["sinceTime=yesterday", 400, 'sinceTime: "yesterday" is not a time'],
    ["sinceTime=2026-13-40T00:00:00Z", 400, "is not a time"],
    [
      "tailLines=-1",
      422,
      'PodLogOptions "web-0" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
    ],
    ["limitBytes=0", 422, "limitBytes: Invalid value: 0: must be greater than 0"],
    ["sinceSeconds=0", 422, "sinceSeconds: Invalid value: 0: must be greater than 0"],
    [
      "sinceSeconds=1&sinceTime=2026-01-31T12:00:00Z",
      422,
      "at most one of `sinceTime` or `sinceSeconds` may be specified",
    ],
  ];
  for (const [query, code, message] of bad) {
    it(`refuses ?${query} with ${code}`, () => {
      try {
        read(query);
        expect.fail("it was read");
      } catch (error) {
        expect(isApiError(error) && error.code).to.equal(code);
        expect(String(error)).to.include(message);
      }
    });
  }
});
