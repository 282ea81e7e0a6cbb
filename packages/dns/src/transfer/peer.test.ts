import { expect } from "chai";
import { createAllowList, parsePeer } from "./peer.ts";

describe("parsePeer", () => {
  const cases: readonly (readonly [text: string, range: string, notify: string])[] = [
    ["192.0.2.1", "192.0.2.1/32", "192.0.2.1 53"],
    ["192.0.2.1:5353", "192.0.2.1/32", "192.0.2.1 5353"],
    ["fd00::1", "fd00::1/128", "fd00::1 53"],
    ["[fd00::1]:5353", "fd00::1/128", "fd00::1 5353"],
    ["fe80::1%eth0", "fe80::1/128", "fe80::1%eth0 53"],
    ["192.0.2.0/24", "192.0.2.0/24", "nowhere"],
    ["0.0.0.0/0", "0.0.0.0/0", "nowhere"],
    ["fd00::/64", "fd00::/64", "nowhere"],
  ];
  for (const [text, range, notify] of cases) {
    it(`D40 reads ${text}, NOTIFY to ${notify}`, () => {
      const peer = parsePeer(text);
      expect(`${peer.range.address}/${peer.range.prefix}`).to.equal(range);
      expect(peer.notify === undefined ? "nowhere" : `${peer.notify.host} ${peer.notify.port}`).to.equal(notify);
    });
  }

  const bad = [
    "",
    "*",
    "localhost",
    "192.0.2",
    "192.0.2.0/33",
    "fd00::/129",
    "192.0.2.0/",
    "192.0.2.0/8/8",
    "10.0.0.1:0",
    "fe80::1%eth0/64",
    "[192.0.2.1]:53",
    "192.0.2.0/-1",
  ];
  for (const text of bad) {
    it(`D40 says what to write in place of ${JSON.stringify(text)}`, () => {
      expect(() => parsePeer(text)).to.throw(
        `cannot be transferred to ${JSON.stringify(text)}: write an address such as`,
      );
    });
  }
});

describe("createAllowList", () => {
  const isAllowed = createAllowList(
    ["192.0.2.1", "10.0.0.0/9", "fd00::/64", "[fd01::1]:53", "fe80::1%eth0"].map(parsePeer),
  );
  const cases: readonly (readonly [address: string, expected: boolean])[] = [
    ["192.0.2.1", true],
    ["192.0.2.2", false],
    ["10.127.255.255", true],
    ["10.128.0.0", false],
    ["fd00::ffff", true],
    ["fd00:0:0:1::", false],
    ["fd01::1", true],
    ["fd01::2", false],
    ["fe80::1%eth0", true],
    ["", false],
    ["somebody", false],
  ];
  for (const [address, expected] of cases) {
    it(`D40 ${expected ? "knows" : "does not know"} ${JSON.stringify(address)}`, () => {
      expect(isAllowed(address)).to.equal(expected);
    });
  }

  it("D40 knows nobody when it is empty", () => expect(createAllowList([])("127.0.0.1")).to.equal(false));
});
