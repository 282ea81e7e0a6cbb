import { expect } from "chai";
import { scanJson } from "./json-scan.ts";

describe("scanJson", () => {
  const wellFormed: readonly string[] = [
    "{}",
    " [ ] ",
    "0",
    '"a\\u00e9\\n"',
    '{"a":[1,-2.5e+3,true,null,{"b":{}}],"c":""}',
    "[[],[{}],[[1]]]",
  ];
  for (const text of wellFormed) {
    it(`accepts ${text}`, () => expect(scanJson(text)).to.deep.equal({ duplicates: [], brokenAt: undefined }));
  }

  const broken: readonly (readonly [text: string, at: number])[] = [
    ["", 0],
    ["{", 1],
    ['{"a"}', 4],
    ['{"a":1,}', 7],
    ["[1 2]", 3],
    ["01", 1],
    ['"\n"', 0],
    ['{"a":tru}', 5],
    ["{}x", 2],
    ["]", 0],
  ];
  for (const [text, at] of broken) {
    it(`says that ${JSON.stringify(text)} breaks at ${at}`, () => {
      expect(() => JSON.parse(text)).to.throw();
      expect(scanJson(text).brokenAt).to.equal(at);
    });
  }

  const duplicates: readonly (readonly [text: string, paths: readonly string[]])[] = [
    ['{"spec":{"replicas":1,"replicas":2}}', ["spec.replicas"]],
    ['{"a":[{"b":1},{"b":1,"b":2,"b":3}]}', ["a[1].b"]],
    ['{"a":{"x":1},"a":{"x":1}}', ["a"]],
    ['{"a":[[1,{"c":1,"\\u0063":2}]],"b":1}', ["a[0][1].c"]],
    ['{"__proto__":1,"__proto__":2}', ["__proto__"]],
  ];
  for (const [text, paths] of duplicates) {
    it(`finds ${paths.join(", ")} twice in ${text}`, () => expect(scanJson(text).duplicates).to.deep.equal(paths));
  }

  it("does not run out of stack on deep texts", () => {
    const deep = 10_000;
    const text = `${'{"a":['.repeat(deep)}1${"]}".repeat(deep)}`;
    expect(scanJson(text).brokenAt).to.equal(undefined);
  });

  it("agrees with JSON.parse about texts with one character changed", () => {
    const text = '{"a":[1,"x\\n",{"b":null}],"c":-1.5}';
    for (let index = 0; index < text.length; index += 1) {
      for (const other of ['"', "{", "}", "]", ",", ":", "0", " ", "\\", "e"]) {
        const changed = text.slice(0, index) + other + text.slice(index + 1);
        const parses = canParse(changed);
        expect(scanJson(changed).brokenAt === undefined, changed).to.equal(parses);
      }
    }
  });
});

function canParse(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
