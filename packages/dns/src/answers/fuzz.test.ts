import { expect } from "chai";
import { query, read } from "../message.fixture.ts";
import { serve } from "./serving.fixture.ts";

/** Inputs per seed; all seeds together stay within a few seconds. */
const rounds = 50_000;
const seeds = [1, 2, 3, 0xbadc0de];

const names = [
  "cluster.local",
  "nginx.default.svc.cluster.local",
  "web-0.nginx.default.svc.cluster.local",
  "example.com",
  "",
];

describe("hostile messages", () => {
  for (const seed of seeds) {
    it(`D46 never make it throw, answer wrongly or answer too much (seed ${seed}, ${rounds} messages)`, () => {
      const next = randomBelow(seed);
      const addresses = Array.from({ length: 200 }, (_, index) => `nginx.default.svc A 10.0.0.${index}`);
      const { respond } = serve(addresses);
      for (let round = 0; round < rounds; round += 1) {
        const message = next(10) === 0 ? noise(next) : mutate(sample(next), next);
        const over = next(4) === 0 ? "tcp" : "udp";
        const answer = respond(message, over, "127.0.0.1");
        const hex = (): string => message.toString("hex");
        if (message.length < 12 || ((message[2] ?? 0) & 0x80) !== 0) {
          expect(answer, hex()).to.equal(undefined);
          continue;
        }
        if (!(answer instanceof Buffer)) throw new Error(`no answer at once to ${hex()}`);
        if (over === "udp" && answer.length > 1232) throw new Error(`${answer.length} octets to ${hex()}`);
        const { id, flags, answer: records } = read(answer);
        if (id !== message.readUInt16BE(0) || !flags.startsWith("qr")) throw new Error(`not an answer to ${hex()}`);
        for (const record of records) {
          if (/ A /.test(record) && !/^nginx\.default\.svc\.cluster\.local\. 5 A 10\.0\.0\./i.test(record)) {
            throw new Error(`${record} to ${hex()}`);
          }
        }
      }
    });
  }
});

type Random = (below: number) => number;

/** Numbers that look random and are the same each time. */
function randomBelow(seed: number): Random {
  let state = seed | 0;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), state | 1) + 0x6d2b79f5;
    const mixed = (state ^ (state >>> 13)) >>> 0;
    return mixed % below;
  };
}

function sample(next: Random): Buffer {
  const name = names[next(names.length)] ?? "";
  const type = ["A", "AAAA", "SOA", "NS", "ANY", "AXFR"][next(6)] ?? "A";
  if (next(2) === 0) return query(name, type);
  return query(name, type, {
    edns: { size: next(65_536), dnssecOk: next(2) === 0, options: Buffer.alloc(next(3) * 4) },
  });
}

/** Changes a few octets, cuts off the end, adds to it, or puts in compression pointers; about one in eight stays whole. */
function mutate(whole: Buffer, next: Random): Buffer {
  let message = Buffer.from(whole);
  const changes = next(4);
  for (let change = 0; change < changes; change += 1) {
    const at = next(message.length + 1);
    const what = next(6);
    if (what === 0) message = message.subarray(0, at);
    else if (what === 1)
      message = Buffer.concat([message.subarray(0, at), noise(next).subarray(0, 8), message.subarray(at)]);
    else if (what === 2) message = Buffer.concat([message, message.subarray(Math.min(12, message.length))]);
    else if (what === 3 && at + 1 < message.length) message.writeUInt16BE(0xc000 | next(message.length), at);
    else if (what === 4 && message.length >= 12) message[4 + next(8)] = next(3);
    else if (message.length > 0) message[at % message.length] = next(256);
    message = Buffer.from(message);
  }
  return message;
}

function noise(next: Random): Buffer {
  return Buffer.from(Array.from({ length: next(80) }, () => next(256)));
}
