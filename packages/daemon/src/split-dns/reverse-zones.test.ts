import { expect } from "chai";
import { reverseZones } from "./reverse-zones.ts";

describe("reverseZones", () => {
  const cases: readonly (readonly [range: string, zones: readonly string[]])[] = [
    ["10.244.0.0/16", ["244.10.in-addr.arpa"]],
    ["10.0.0.0/8", ["10.in-addr.arpa"]],
    ["192.168.5.7/24", ["5.168.192.in-addr.arpa"]],
    ["10.96.0.0/15", ["96.10.in-addr.arpa", "97.10.in-addr.arpa"]],
    ["10.96.6.0/23", ["6.96.10.in-addr.arpa", "7.96.10.in-addr.arpa"]],
    ["192.0.2.1/32", ["1.2.0.192.in-addr.arpa"]],
    ["fd00:10:244::/48", ["4.4.2.0.0.1.0.0.0.0.d.f.ip6.arpa"]],
    ["fd00::/7", ["c.f.ip6.arpa", "d.f.ip6.arpa"]],
    ["::1/128", ["1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"]],
    ["::ffff:10.0.0.0/104", ["a.0.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa"]],
    ["nonsense", []],
  ];
  for (const [range, zones] of cases) {
    it(`D58 of ${range}`, () => expect(reverseZones(range)).to.deep.equal(zones));
  }
});
