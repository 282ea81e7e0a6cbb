import { expect } from "chai";
import { query, shorts, wire } from "../message.fixture.ts";
import { answerAddress, denial } from "./answers.fixture.ts";
import { freshnessOf } from "./freshness.ts";

const question = query("web.example", "A");
const address = answerAddress(question, "https", "") as Buffer;
const miss = denial(question);

/** The answer with `edit` made to it. */
function edited(message: Buffer, edit: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(message);
  edit(copy);
  return copy;
}

/** An A record for the question's name. */
function record(ttlSeconds: number): Buffer {
  return Buffer.concat([shorts(0xc00c, 1, 1, ttlSeconds >>> 16, ttlSeconds & 0xffff, 4), Buffer.alloc(4)]);
}

function answerOf(...ttls: readonly number[]): Buffer {
  const header = shorts(1, 0x8580, 1, ttls.length, 0, 0);
  return Buffer.concat([header, question.subarray(12), ...ttls.map(record)]);
}

describe("freshnessOf", () => {
  const opt = Buffer.concat([wire(""), shorts(41, 1232, 0, 0, 0)]);
  const cases: readonly (readonly [what: string, message: Buffer, expected: number])[] = [
    ["the TTL of an answer", address, 5],
    ["the least TTL of several", answerOf(60, 7, 30), 7],
    ["nothing where a TTL is 0", answerOf(60, 0), 0],
    ["nothing where a TTL has its highest bit set", answerOf(0x8000_0000), 0],
    ["the minimum of the SOA for a miss", miss, 7],
    [
      "the TTL of the SOA for a miss where that is less",
      edited(miss, (copy) => copy.writeUInt32BE(3, copy.length - 30)),
      3,
    ],
    ["the minimum of the SOA for NODATA", edited(miss, (copy) => copy.writeUInt8(0x80, 3)), 7],
    ["nothing for a failure, SOA or not", edited(miss, (copy) => copy.writeUInt8(0x82, 3)), 0],
    ["nothing for a refusal", edited(question, (copy) => copy.writeUInt16BE(0x8185, 2)), 0],
    ["nothing for a miss without SOA", edited(question, (copy) => copy.writeUInt16BE(0x8183, 2)), 0],
    [
      "what the answer says, not the OPT record",
      edited(Buffer.concat([address, opt]), (copy) => copy.writeUInt16BE(1, 10)),
      5,
    ],
  ];
  for (const [what, message, expected] of cases) {
    it(`D54 is ${what}`, () => expect(freshnessOf(message)).to.equal(expected));
  }

  it("is nothing for a message cut short at any octet", () => {
    for (const message of [address, miss]) {
      for (let length = 0; length < message.length; length += 1) {
        expect(freshnessOf(message.subarray(0, length)), `${length} octets`).to.equal(0);
      }
    }
  });

  it("is nothing where counts promise more than there is", () => {
    expect(freshnessOf(edited(address, (copy) => copy.writeUInt16BE(0xffff, 6)))).to.equal(0);
    expect(freshnessOf(edited(address, (copy) => copy.writeUInt16BE(0xffff, 4)))).to.equal(0);
  });
});
