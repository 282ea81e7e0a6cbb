import { expect } from "chai";
import { createFrameReader } from "./frame-reader.ts";
import { encodeFrame, FrameError, type Frame } from "./frames.ts";

describe("SPDY frames", () => {
  const headerBlock = Buffer.from("headers");
  const frames: readonly (readonly [hex: string, frame: Frame])[] = [
    [
      "80030001 01000011 00000001 00000000 0000 68656164657273",
      { type: "syn-stream", streamId: 1, fin: true, headerBlock },
    ],
    ["80030002 0000000b 00000003 68656164657273", { type: "syn-reply", streamId: 3, fin: false, headerBlock }],
    ["80030008 0000000b 00000003 68656164657273", { type: "headers", streamId: 3, fin: false, headerBlock }],
    ["80030003 00000008 00000005 00000005", { type: "reset", streamId: 5, status: 5 }],
    ["80030006 00000004 00000007", { type: "ping", id: 7 }],
    ["80030007 00000008 00000009 00000001", { type: "goaway", lastStreamId: 9, status: 1 }],
    ["00000001 00000003 616263", { type: "data", streamId: 1, fin: false, bytes: Buffer.from("abc") }],
    ["7fffffff 01000000", { type: "data", streamId: 0x7fff_ffff, fin: true, bytes: Buffer.alloc(0) }],
  ];

  for (const [hex, frame] of frames) {
    const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
    it(`writes and reads ${frame.type} ${hex}`, () => {
      expect(encodeFrame(frame).toString("hex")).to.equal(bytes.toString("hex"));
      expect(createFrameReader({ maxControlBytes: 100 }).push(bytes)).to.deep.equal([frame]);
    });
  }

  it("reads them all, whatever the chunks are", () => {
    const whole = Buffer.concat(frames.map(([, frame]) => encodeFrame(frame)));
    for (let size = 1; size <= whole.length; size += 1) {
      const reader = createFrameReader({ maxControlBytes: 100 });
      const found: Frame[] = [];
      for (let at = 0; at < whole.length; at += size) found.push(...reader.push(whole.subarray(at, at + size)));
      expect(withWholeData(found), `chunks of ${size}`).to.deep.equal(frames.map(([, frame]) => frame));
    }
  });

  it("hands on data as it comes, with FIN on its last part", () => {
    const reader = createFrameReader({ maxControlBytes: 100 });
    const bytes = encodeFrame({ type: "data", streamId: 1, fin: true, bytes: Buffer.from("abcdef") });
    const parts = [bytes.subarray(0, 10), bytes.subarray(10, 12), bytes.subarray(12)].map((part) => reader.push(part));
    expect(parts.flat().map((frame) => frame.type === "data" && [String(frame.bytes), frame.fin])).to.deep.equal([
      ["ab", false],
      ["cd", false],
      ["ef", true],
    ]);
  });

  it("does not wait for the 16 MB a data frame promises", () => {
    const reader = createFrameReader({ maxControlBytes: 100 });
    expect(reader.push(Buffer.from("0000000100ffffff61", "hex"))).to.deep.equal([
      { type: "data", streamId: 1, fin: false, bytes: Buffer.from("a") },
    ]);
  });

  it("passes over what it has no use for: SETTINGS, WINDOW_UPDATE, types nobody knows", () => {
    const reader = createFrameReader({ maxControlBytes: 100 });
    const others = [
      "80030004 0000000c 00000001 00000004 00000064",
      "80030009 00000008 00000001 00010000",
      "800300ff 00000000",
    ];
    const bytes = Buffer.from(`${others.join("")}80030006 00000004 00000001`.replaceAll(" ", ""), "hex");
    expect(reader.push(bytes)).to.deep.equal([{ type: "ping", id: 1 }]);
  });

  const broken: readonly (readonly [what: string, hex: string])[] = [
    ["another version of SPDY", "80020006 00000004 00000001"],
    ["HTTP", Buffer.from("\x80GET / HTTP/1.1").toString("hex")],
    ["a control frame over the limit, before it has come", "80030001 00000065"],
    ["a ping without an id", "80030006 00000002 0000"],
    ["a stream without an id", "80030001 00000004 00000001"],
    ["a reset without a reason", "80030003 00000004 00000001"],
  ];
  for (const [what, hex] of broken) {
    it(`refuses ${what}`, () => {
      const reader = createFrameReader({ maxControlBytes: 100 });
      expect(() => reader.push(Buffer.from(hex.replaceAll(" ", ""), "hex"))).to.throw(FrameError);
    });
  }
});

/** Data frames arrive in parts; put together again they are what was sent. */
function withWholeData(frames: readonly Frame[]): readonly Frame[] {
  const whole: Frame[] = [];
  for (const frame of frames) {
    const last = whole.at(-1);
    if (frame.type === "data" && last?.type === "data" && last.streamId === frame.streamId && !last.fin) {
      whole[whole.length - 1] = { ...frame, bytes: Buffer.concat([last.bytes, frame.bytes]) };
    } else {
      whole.push(frame);
    }
  }
  return whole;
}
