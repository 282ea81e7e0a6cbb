import { expect } from "chai";
import { frame, FrameReader } from "./frames.ts";

const messages = ["one", "", "three".repeat(800)].map((text) => Buffer.from(text));
const stream = Buffer.concat(messages.map(frame));

function take(reader: FrameReader, piece: Buffer): readonly string[] {
  const frames = reader.take(piece);
  if (frames.is === "too long") throw new Error("too long");
  return frames.messages.map(String);
}

describe("FrameReader", () => {
  for (const size of [1, 2, 3, 7, 1_000, stream.length]) {
    it(`finds the same messages in pieces of ${size} octets`, () => {
      const reader = new FrameReader();
      const found: string[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...take(reader, stream.subarray(at, at + size)));
      expect(found).to.deep.equal(messages.map(String));
    });
  }

  it("gives up on a message longer than any query, as soon as it is announced", () => {
    expect(new FrameReader().take(Buffer.from([0x10, 0x01]))).to.deep.equal({ is: "too long" });
    expect(new FrameReader().take(Buffer.from([0x10, 0x00]))).to.deep.equal({ is: "messages", messages: [] });
  });
});
