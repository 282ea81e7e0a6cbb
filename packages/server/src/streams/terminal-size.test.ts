import { expect } from "chai";
import { createTerminalSizeReader } from "./terminal-size.ts";

describe("createTerminalSizeReader", () => {
  const text = '{"Width":100,"Height":30}\n{"Height":24,"Width":80}{"Width":97,"Height":31}\n';
  const sizes = [
    { columns: 100, rows: 30 },
    { columns: 80, rows: 24 },
    { columns: 97, rows: 31 },
  ];

  for (const size of [1, 7, 25, 26, 100]) {
    it(`reads sizes from chunks of ${size} bytes, with and without newlines`, () => {
      const reader = createTerminalSizeReader();
      const found = [];
      for (let at = 0; at < text.length; at += size) found.push(...reader.push(Buffer.from(text.slice(at, at + size))));
      expect(found).to.deep.equal(sizes);
    });
  }

  for (const bad of [
    "}",
    "garbage}",
    '{"Width":0,"Height":1}',
    '{"Width":1e9,"Height":1}',
    '{"Width":"9","Height":1}',
    "null}",
    '{"Width":1.5,"Height":1}',
  ]) {
    it(`passes over ${bad} and reads what follows`, () => {
      const reader = createTerminalSizeReader();
      expect(reader.push(Buffer.from(`${bad}{"Width":80,"Height":24}`))).to.deep.equal([{ columns: 80, rows: 24 }]);
    });
  }

  it("does not collect what never ends", () => {
    const reader = createTerminalSizeReader();
    for (let count = 0; count < 100; count += 1) expect(reader.push(Buffer.alloc(65_536, 0x7b))).to.deep.equal([]);
    expect(reader.push(Buffer.from('}{"Width":80,"Height":24}'))).to.deep.equal([{ columns: 80, rows: 24 }]);
  });
});
