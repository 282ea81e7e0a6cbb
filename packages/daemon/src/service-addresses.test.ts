import { expect } from "chai";
import { fixedAddresses } from "./service-addresses.ts";

describe("fixedAddresses", () => {
  const cases: readonly (readonly [cidr: string, kubernetes: string, dns: string])[] = [
    ["10.96.0.0/16", "10.96.0.1", "10.96.0.10"],
    ["127.96.0.0/16", "127.96.0.1", "127.96.0.10"],
    ["10.96.7.9/16", "10.96.0.1", "10.96.0.10"],
    ["192.168.200.0/24", "192.168.200.1", "192.168.200.10"],
  ];
  for (const [cidr, kubernetes, dns] of cases) {
    it(`takes the first and the tenth of ${cidr}`, () =>
      expect(fixedAddresses(cidr)).to.deep.equal({ kubernetes, dns }));
  }
});
