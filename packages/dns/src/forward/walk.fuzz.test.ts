import { expect } from "chai";
import { query } from "../message.fixture.ts";
import { wireName } from "../wire/name.ts";
import { plainQuestion, readAskedQuery } from "./asked-query.ts";
import { plainRecords } from "./plain-records.ts";
import { composeAnswer, readAnswer } from "./stored-answer.ts";
import { address, alias, answerTo, optRecord, questionPointer, record, soa } from "./upstream.fixture.ts";
import { judge } from "./upstream-query.ts";
import { readRecords } from "./read-message.ts";

/** Numbers that are the same in each run. Source: mulberry32. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const name = "www.example.com";
const asked = query(name, "A", { edns: {} });
const got = { message: asked, name };
const whole = answerTo(got, {
  answer: [
    alias(questionPointer, "host.example.com"),
    address("host.example.com", "192.0.2.1"),
    record("x", 33, { data: Buffer.from([0, 1, 0, 2, 0, 3, 0xc0, 12]) }),
  ],
  authority: [soa("example.com"), record("example.com", 2, { data: Buffer.from([2, 110, 115, 0xc0, 16]) })],
  additional: [
    record("y", 35, { data: Buffer.from([0, 1, 0, 2, 1, 97, 0, 1, 98, 0xc0, 12]) }),
    optRecord,
    record("z", 16, { data: Buffer.from([1, 97]) }),
  ],
  isPlain: true,
});

/** A message a little changed: octets, pointers, a cut, a piece twice. */
function spoilt(message: Buffer, roll: (below: number) => number): Buffer {
  const spoiling = Buffer.from(message);
  for (let left = 1 + roll(4); left > 0; left -= 1) spoiling[12 + roll(spoiling.length - 12)] = roll(256);
  if (roll(3) === 0) spoiling.writeUInt16BE(0xc000 | roll(spoiling.length), 12 + roll(spoiling.length - 14));
  if (roll(4) === 0) spoiling.writeUInt16BE(roll(6), 4 + 2 * roll(4));
  if (roll(4) === 0) return spoiling.subarray(0, roll(spoiling.length));
  const [from, to] = [roll(spoiling.length), roll(spoiling.length)];
  return roll(4) === 0 ? Buffer.concat([spoiling.subarray(0, to), spoiling.subarray(from)]) : spoiling;
}

describe("the walk over upstreams' messages", () => {
  it("D38 takes whatever comes, and hands on only what can be read again", () => {
    const roll = dice(20_261_121);
    const question = plainQuestion(wireName(name) ?? "", 1);
    const askers = (["udp", "tcp"] as const).flatMap((transport) => readAskedQuery(asked, transport) ?? []);
    expect(askers).to.have.length(2);
    let passed = 0;
    for (let round = 0; round < 8_000; round += 1) {
      const message =
        roll(10) === 0 ? Buffer.from(Array.from({ length: roll(120) }, () => roll(256))) : spoilt(whole, roll);
      judge(message, asked);
      readAskedQuery(message, "udp");
      const taken = readAnswer(message.length < 12 ? Buffer.alloc(12) : message, question);
      if (taken === undefined) continue;
      passed += 1;
      for (const asker of askers) {
        const said = composeAnswer(asker, taken.answer, { seconds: roll(400) });
        expect(said.length).to.be.at.most(asker.limit);
        expect(said.subarray(12, asker.end)).to.deep.equal(asked.subarray(12, asker.end));
        expect(readRecords(said, asker.end), said.toString("hex")).not.to.equal(undefined);
        // What was put together is put together again just the same.
        expect(readAnswer(said, question)?.answer.body).to.deep.equal(said.subarray(asker.end, said.length - 11));
      }
      plainRecords(question, taken.answer, { seconds: 0 });
    }
    expect(passed).to.be.within(800, 6_000);
  });
});
