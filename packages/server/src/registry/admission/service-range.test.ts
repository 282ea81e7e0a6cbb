import { expect } from "chai";
import { addressAt, firstDynamicOffset, offsetOf, parseRange } from "./service-range.ts";

describe("parseRange", () => {
  it("reads a network, leaving out its first and last address", () => {
    const range = parseRange("10.96.0.0/16");
    expect(range.size).to.equal(65_534);
    expect(addressAt(range, 1)).to.equal("10.96.0.1");
    expect(addressAt(range, 65_534)).to.equal("10.96.255.254");
    expect(addressAt(parseRange("192.168.240.0/20"), 300)).to.equal("192.168.241.44");
  });

  for (const bad of [
    "",
    "10.96.0.0",
    "10.96.0.0/33",
    "10.96.0.0/30",
    "10.96.0.1/16",
    "fd00::/108",
    "10.96.0/16",
    "a/16",
  ]) {
    it(`refuses ${JSON.stringify(bad)}`, () => {
      expect(() => parseRange(bad)).to.throw(RangeError, "is no range for services");
    });
  }

  const offsets: readonly (readonly [address: string, offset: number | undefined])[] = [
    ["10.96.0.10", 10],
    ["10.96.255.254", 65_534],
    ["10.96.255.255", undefined],
    ["10.96.0.0", undefined],
    ["10.97.0.1", undefined],
    ["10.95.255.255", undefined],
    ["fd00::1", undefined],
    ["10.96.0.256", undefined],
  ];
  for (const [address, offset] of offsets) {
    it(`finds ${address} at ${offset ?? "no place"}`, () => {
      expect(offsetOf(parseRange("10.96.0.0/16"), address)).to.equal(offset);
    });
  }

  it("leaves the low addresses to those who ask for them", () => {
    expect(firstDynamicOffset(parseRange("10.96.0.0/16"))).to.equal(257);
    expect(firstDynamicOffset(parseRange("10.96.0.0/24"))).to.equal(17);
    expect(firstDynamicOffset(parseRange("10.96.0.0/28"))).to.equal(1);
  });
});
