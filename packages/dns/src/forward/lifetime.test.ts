import { expect } from "chai";
import { query } from "../message.fixture.ts";
import { plainQuestion } from "./asked-query.ts";
import { readAnswer } from "./stored-answer.ts";
import { address, alias, answerTo, questionPointer, record, soa, type ReplyOptions } from "./upstream.fixture.ts";
import { wireName } from "../wire/name.ts";

const name = "www.example.com";

function lifetime(options: ReplyOptions, type = 1): string {
  const message = answerTo({ message: query(name, type === 255 ? "ANY" : "A"), name }, options);
  const taken = readAnswer(message, plainQuestion(wireName(name) ?? "", type))?.answer.lifetime;
  return taken === undefined ? "malformed" : `${taken.kind} ${taken.seconds}`;
}

describe("how long an answer is remembered", () => {
  const cases: readonly (readonly [what: string, answer: ReplyOptions, expected: string])[] = [
    ["a yes for its TTL", { answer: [address(questionPointer, "192.0.2.1", 77)] }, "success 77"],
    ["a yes for an hour at most", { answer: [address(questionPointer, "192.0.2.1", 86_400)] }, "success 3600"],
    [
      "a yes for the shortest TTL in it",
      { answer: [alias(questionPointer, "a", 9), address("a", "192.0.2.1")] },
      "success 9",
    ],
    ["a yes with TTL 0 not at all", { answer: [address(questionPointer, "192.0.2.1", 0)] }, "none 0"],
    ["NXDOMAIN for the SOA's minimum", { rcode: 3, authority: [soa("com", { ttl: 900, minimum: 60 })] }, "denial 60"],
    ["NXDOMAIN for the SOA's TTL", { rcode: 3, authority: [soa("com", { ttl: 30, minimum: 60 })] }, "denial 30"],
    [
      "NXDOMAIN for half an hour at most",
      { rcode: 3, authority: [soa("com", { ttl: 9_000, minimum: 9_000 })] },
      "denial 1800",
    ],
    ["NXDOMAIN with minimum 0 not at all", { rcode: 3, authority: [soa("com", { minimum: 0 })] }, "none 0"],
    ["NXDOMAIN without SOA not at all", { rcode: 3 }, "none 0"],
    ["NODATA for the SOA's minimum", { authority: [soa("com", { minimum: 60 })] }, "denial 60"],
    ["NODATA without SOA not at all", {}, "none 0"],
    ["NODATA behind an alias", { answer: [alias(questionPointer, "a", 20)], authority: [soa("com")] }, "denial 20"],
    ["an alias that leads nowhere not at all", { answer: [alias(questionPointer, "a")] }, "none 0"],
    ["aliases in a ring not at all", { answer: [alias(questionPointer, "a"), alias("a", name)] }, "none 0"],
    ["an answer to another name not at all", { answer: [address("a", "192.0.2.1")] }, "none 0"],
    ["a referral not at all", { authority: [record("com", 2, { data: Buffer.from([0]) })] }, "none 0"],
    ["SERVFAIL for 5 s", { rcode: 2 }, "failure 5"],
    ["NOTIMP for 5 s", { rcode: 4 }, "failure 5"],
    ["REFUSED not at all", { rcode: 5 }, "none 0"],
    ["what was cut not at all", { answer: [address(questionPointer, "192.0.2.1")], isCut: true }, "none 0"],
  ];
  for (const [what, answer, expected] of cases) {
    it(`D50 ${what}`, () => expect(lifetime(answer)).to.equal(expected));
  }

  it("D50 ANY is answered by any record", () => {
    expect(lifetime({ answer: [address(questionPointer, "192.0.2.1", 7)] }, 255)).to.equal("success 7");
  });
});
