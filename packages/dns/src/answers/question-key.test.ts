import { expect } from "chai";
import { wireName } from "../wire/name.ts";
import { QuestionKey } from "./question-key.ts";

const headerSize = 12;

/** A message with this question behind its header. */
function messageOf(name: string, type = 1): Buffer {
  const question = Buffer.from(`${wireName(name) ?? ""}\0\0${String.fromCharCode(type)}\0\x01`, "latin1");
  return Buffer.concat([Buffer.alloc(headerSize), question]);
}

function keyOf(message: Buffer): QuestionKey {
  const key = new QuestionKey();
  key.read(message, message.length);
  return key;
}

/** Keeps one question at word 2 of a memory that is full of other octets, and looks another one up there. */
function finds(kept: Buffer, asked: Buffer): boolean {
  const octets = new Uint8Array(512).fill(0xee);
  keyOf(kept).copyTo(octets.subarray(8));
  return keyOf(asked).isAt(2, { words: new Int32Array(octets.buffer), octets });
}

describe("the key of a question", () => {
  const lengths = Array.from({ length: 9 }, (_, index) => `${"a".repeat(index + 1)}.svc.cluster.local`);
  for (const name of lengths) {
    it(`is found again, and told from its neighbours: ${name}`, () => {
      expect(finds(messageOf(name), messageOf(name))).to.equal(true);
      expect(finds(messageOf(name), messageOf(name.replace("a", "b")))).to.equal(false);
      expect(finds(messageOf(name), messageOf(name.replace("local", "locam")))).to.equal(false);
      expect(finds(messageOf(name), messageOf(name, 28))).to.equal(false);
    });
  }

  it("is the same however the name is spelt, and knows whether it was in lower case", () => {
    const [lower, mixed] = [messageOf("web-0.nginx"), messageOf("web-0.nginx")];
    mixed.write("W", headerSize + 1);
    mixed.write("GIN", headerSize + 8);
    expect(finds(lower, mixed)).to.equal(true);
    expect(keyOf(mixed).hash).to.equal(keyOf(lower).hash);
    expect([keyOf(lower).isLower, keyOf(mixed).isLower]).to.deep.equal([true, false]);
  });

  it("takes a type that looks like a capital letter as it is", () => {
    expect(finds(messageOf("web", 0x41), messageOf("web", 0x61))).to.equal(false);
    expect(keyOf(messageOf("web", 0x41)).isLower).to.equal(true);
  });

  it("forgets a longer question before it", () => {
    const key = new QuestionKey();
    const [long, short] = [messageOf("a-very-long-name.svc.cluster.local"), messageOf("a")];
    key.read(long, long.length);
    key.read(short, short.length);
    expect(key.hash).to.equal(keyOf(short).hash);
  });

  it("has room for the longest name", () => {
    const label = "x".repeat(63);
    const longest = messageOf([label, label, label, "x".repeat(61)].join("."));
    expect(longest.length - headerSize).to.equal(255 + 4);
    expect(finds(longest, longest)).to.equal(true);
  });

  it("gives many names many hashes", () => {
    const hashes = new Set(
      Array.from({ length: 10_000 }, (_, n) => keyOf(messageOf(`ep-${n}.svc.cluster.local`)).hash),
    );
    expect(hashes.size).to.be.greaterThan(9_990);
  });
});
