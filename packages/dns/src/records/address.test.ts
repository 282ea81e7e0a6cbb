import { expect } from "chai";
import { dashed, readAddress, readAddresses } from "./address.ts";

describe("readAddress", () => {
  const cases: readonly (readonly [text: string, expected: string | undefined, label?: string])[] = [
    ["10.0.0.1", "A 10.0.0.1", "10-0-0-1"],
    ["FD00::A", "AAAA fd00::a", "fd00--a"],
    ["fd00:0:0:0:0:0:0:1", "AAAA fd00::1", "fd00--1"],
    ["fd00:0001:0002:0003:0004:0005:0006:0007", "AAAA fd00:1:2:3:4:5:6:7", "fd00-1-2-3-4-5-6-7"],
    ["fd00:0:1:2:3:4:5:6", "AAAA fd00:0:1:2:3:4:5:6", "fd00-0-1-2-3-4-5-6"],
    ["fd00:0:0:1:0:0:0:2", "AAAA fd00:0:0:1::2", "fd00-0-0-1--2"],
    ["fd00:0:0:1:2:0:0:3", "AAAA fd00::1:2:0:0:3", "fd00--1-2-0-0-3"],
    ["fd00::", "AAAA fd00::", "fd00--0"],
    ["::", "AAAA ::", "--0"],
    ["::1", "AAAA ::1", "--1"],
    ["64:ff9b::192.0.2.1", "AAAA 64:ff9b::c000:201", "64-ff9b--c000-201"],
    ["::ffff:192.0.2.1", "A 192.0.2.1", "192-0-2-1"],
    ["::ffff:c000:201", "A 192.0.2.1", "192-0-2-1"],
    ["fe80::1%eth0", undefined],
    ["010.0.0.1", undefined],
    ["10.0.0", undefined],
    ["10.0.0.1 ", undefined],
    ["1:2:3:4:5:6:7:8:9", undefined],
    ["web", undefined],
    ["None", undefined],
    ["", undefined],
  ];
  for (const [text, expected, label] of cases) {
    it(`D2 reads ${JSON.stringify(text)} as ${expected ?? "no address"}`, () => {
      const address = readAddress(text);
      expect(address === undefined ? undefined : `${address.type} ${address.text}`).to.equal(expected);
      expect(address === undefined ? undefined : dashed(address)).to.equal(label);
    });
  }

  it("D2 gives each of several once", () => {
    const texts = ["fd00::1", "10.0.0.1", "FD00:0::1", "x", "::ffff:10.0.0.1"];
    expect(readAddresses(texts).map(({ text }) => text)).to.deep.equal(["fd00::1", "10.0.0.1"]);
    expect([...readAddresses([]), ...readAddresses(["x"])]).to.deep.equal([]);
  });
});
