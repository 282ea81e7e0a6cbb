import { constants, createInflate, deflateSync } from "node:zlib";
import { expect } from "chai";
import { headerDictionary } from "./dictionary.ts";
import { FrameError } from "./frames.ts";
import { createHeaderDecoder, createHeaderEncoder } from "./header-block.ts";
import { createPacker, plainBlock } from "./header-packer.fixture.ts";

describe("SPDY header blocks", () => {
  const many = [
    { streamtype: "error", port: "80", requestid: "0" },
    { streamtype: "data", port: "80", requestid: "0" },
    {},
    { "content-type": "text/plain", streamtype: "grüße", long: "x".repeat(40_000) },
    { streamtype: "data", port: "443", requestid: "1", "accept-encoding": "gzip" },
  ];

  it("has the dictionary of the specification", () => {
    const dictionary = headerDictionary();
    let [low, high] = [1, 0];
    for (const byte of dictionary) {
      low = (low + byte) % 65_521;
      high = (high + low) % 65_521;
    }
    expect([dictionary.length, high * 65_536 + low]).to.deep.equal([1423, 0xe3c6a7c2]);
  });

  it("reads what a zlib stream packs over many blocks", async () => {
    const decoder = createHeaderDecoder({ maxBytes: 100_000 });
    const pack = createPacker();
    for (const headers of many) expect(decoder.decode(await pack(plainBlock(headers)))).to.deep.equal(headers);
    for (let count = 0; count < 200; count += 1) {
      const headers = { streamtype: "data", port: String(count), requestid: `request ${count}` };
      expect(decoder.decode(await pack(plainBlock(headers)))).to.deep.equal(headers);
    }
  });

  it("writes what a zlib stream unpacks over many blocks", async () => {
    const encoder = createHeaderEncoder();
    const inflate = createInflate({ dictionary: headerDictionary(), finishFlush: constants.Z_SYNC_FLUSH });
    const found: Buffer[] = [];
    inflate.on("data", (chunk: Buffer) => found.push(chunk));
    for (const headers of many) {
      await new Promise<void>((resolve) => inflate.write(encoder.encode(headers), () => resolve()));
      expect(Buffer.concat(found.splice(0)).equals(plainBlock(headers))).to.equal(true);
    }
  });

  it("lowers names, and takes one that means something to objects", async () => {
    const pack = createPacker();
    const decoder = createHeaderDecoder({ maxBytes: 1_000 });
    const block = await pack(plainBlock({ "Stream-Type": "Data", ["__proto__"]: "x" }));
    const headers = decoder.decode(block);
    expect(Object.entries(headers)).to.deep.equal([
      ["stream-type", "Data"],
      ["__proto__", "x"],
    ]);
    expect(({} as Record<string, unknown>)["x"]).to.equal(undefined);
  });

  it("stops unpacking at the limit", async () => {
    const bomb = await createPacker()(plainBlock({ a: "x".repeat(50_000_000) }));
    expect(bomb.length).to.be.lessThan(100_000);
    const decoder = createHeaderDecoder({ maxBytes: 32_768 });
    expect(() => decoder.decode(bomb)).to.throw(FrameError, "longer than 32768 bytes");
  });

  const broken: readonly (readonly [what: string, block: () => Buffer | Promise<Buffer>])[] = [
    ["nothing", () => Buffer.alloc(0)],
    ["no zlib stream", () => Buffer.from("hello, this is no zlib")],
    ["another dictionary", () => deflateSync(plainBlock({ a: "b" }), { dictionary: Buffer.from("other") })],
    ["no dictionary", () => deflateSync(plainBlock({ a: "b" }))],
    ["a broken stream", () => Buffer.concat([Buffer.from("78bbe3c6a7c2", "hex"), Buffer.alloc(20, 0xff)])],
    ["more pairs promised than there are", () => createPacker()(Buffer.from("ffffffff", "hex"))],
    ["a name longer than the block", () => createPacker()(Buffer.from("00000001ffffffff61", "hex"))],
    ["no count of pairs", () => createPacker()(Buffer.from("0000", "hex"))],
  ];
  for (const [what, block] of broken) {
    it(`refuses ${what}`, async () => {
      const bytes = await block();
      expect(() => createHeaderDecoder({ maxBytes: 1_000 }).decode(bytes)).to.throw(FrameError);
    });
  }
});
