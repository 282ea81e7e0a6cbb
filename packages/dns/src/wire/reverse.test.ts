import { expect } from "chai";
import { reverseName, reverseZones } from "./reverse.ts";

describe("reverseName", () => {
  const cases: readonly (readonly [address: string, expected: string | undefined])[] = [
    ["10.244.0.5", "5.0.244.10.in-addr.arpa"],
    ["2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"],
    ["web-0", undefined],
    ["fe80::1%eth0", undefined],
  ];
  for (const [address, expected] of cases) {
    it(`D17 D18 of ${address} is ${expected ?? "none"}`, () => expect(reverseName(address)).to.equal(expected));
  }
});

describe("reverseZones", () => {
  const cases: readonly (readonly [range: string, expected: readonly string[]])[] = [
    ["10.244.0.0/16", ["244.10.in-addr.arpa"]],
    ["10.0.0.0/8", ["10.in-addr.arpa"]],
    ["10.96.0.0/15", ["96.10.in-addr.arpa", "97.10.in-addr.arpa"]],
    ["10.97.3.4/15", ["96.10.in-addr.arpa", "97.10.in-addr.arpa"]],
    ["192.168.4.0/24", ["4.168.192.in-addr.arpa"]],
    ["fd00:96::/108", ["0.".repeat(19).concat("6.9.0.0.0.0.d.f.ip6.arpa")]],
    ["fd00::/7", ["c.f.ip6.arpa", "d.f.ip6.arpa"]],
  ];
  for (const [range, expected] of cases) {
    it(`D19 of ${range} are ${expected.join(", ")}`, () => expect(reverseZones(range)).to.deep.equal(expected));
  }
  for (const range of ["", "10.0.0.0", "10.0.0.0/", "10.0.0.0/0", "10.0.0.0/33", "fd00::/129", "nginx/16"]) {
    it(`refuses ${JSON.stringify(range)}, saying so`, () =>
      expect(() => reverseZones(range)).to.throw(`${JSON.stringify(range)} is not a range of addresses`));
  }
});
