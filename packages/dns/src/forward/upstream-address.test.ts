import { expect } from "chai";
import { isOwnAddress } from "./own-address.ts";
import { parseResolvConf } from "./resolv-conf.ts";
import { parseUpstream, showUpstream } from "./upstream-address.ts";

const show = (text: string): string => {
  const address = parseUpstream(text);
  return address === undefined ? "none" : showUpstream(address);
};

describe("an upstream's address", () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["1.2.3.4", "1.2.3.4:53"],
    ["1.2.3.4:5353", "1.2.3.4:5353"],
    ["::1", "[::1]:53"],
    ["[::1]", "[::1]:53"],
    ["[fd00::1]:5353", "[fd00::1]:5353"],
    ["fe80::1%eth0", "[fe80::1%eth0]:53"],
    ["0.0.0.0", "127.0.0.1:53"],
    ["0.0.0.0:5353", "127.0.0.1:5353"],
    ["::", "[::1]:53"],
    ["1.2.3", "none"],
    ["1.2.3.4:0", "none"],
    ["1.2.3.4:65536", "none"],
    ["1.2.3.4:", "none"],
    ["[1.2.3.4]:53", "none"],
    ["[::1", "none"],
    ["dns.example:53", "none"],
    ["", "none"],
  ];
  for (const [text, expected] of cases) {
    it(`D38 reads ${JSON.stringify(text)} as ${expected}`, () => expect(show(text)).to.equal(expected));
  }
});

describe("a resolv.conf", () => {
  const cases: readonly (readonly [what: string, text: string, expected: readonly string[]])[] = [
    ["the usual", "# made by hand\nnameserver 10.0.0.1\nsearch example\n", ["10.0.0.1:53"]],
    [
      "tabs, comments behind, Windows line ends",
      "nameserver\t10.0.0.1;x\r\nnameserver ::1 # y\r\n",
      ["10.0.0.1:53", "[::1]:53"],
    ],
    [
      "more than three",
      [1, 2, 3, 4].map((n) => `nameserver 10.0.0.${n}`).join("\n"),
      ["10.0.0.1:53", "10.0.0.2:53", "10.0.0.3:53"],
    ],
    ["addresses that are none", "nameserver localhost\nnameserver 1.2.3\nnameserver\nnameserver 10.0.0.1:5353\n", []],
    [
      "words that begin alike, or stand elsewhere",
      "nameservers 10.0.0.1\n nameserver 10.0.0.1\n;nameserver 10.0.0.1\n",
      [],
    ],
    ["nothing", "", []],
  ];
  for (const [what, text, expected] of cases) {
    it(`D38 is read as glibc does: ${what}`, () =>
      expect(parseResolvConf(text).map(showUpstream)).to.deep.equal(expected));
  }
});

describe("this server's own address", () => {
  const local = ["10.0.0.5", "fd00::5"];
  const cases: readonly (readonly [upstream: string, own: string, expected: boolean])[] = [
    ["127.0.0.1:53", "127.0.0.1:53", true],
    ["127.0.0.1:53", "127.0.0.1:10053", false],
    ["127.0.0.53:53", "127.0.0.1:53", false],
    ["[0:0::1]:53", "[::1]:53", true],
    ["10.0.0.5:53", "0.0.0.0:53", true],
    ["127.0.0.53:53", "0.0.0.0:53", true],
    ["10.0.0.6:53", "0.0.0.0:53", false],
    ["[fd00::5]:53", "0.0.0.0:53", false],
    ["[fd00:0::5]:53", "[::]:53", true],
    ["10.0.0.5:53", "[::]:53", true],
    ["[fd00::6]:53", "[::]:53", false],
  ];
  // Wildcards are addresses to listen on, not to ask.
  const listening = (text: string) => ({
    host: text.slice(0, text.lastIndexOf(":")).replaceAll(/[[\]]/g, ""),
    port: Number(text.slice(text.lastIndexOf(":") + 1)),
  });
  for (const [upstream, own, expected] of cases) {
    it(`D39 ${expected ? "is" : "is not"} ${upstream} where it answers on ${own}`, () => {
      const address = parseUpstream(upstream) ?? { host: "", port: 0 };
      expect(isOwnAddress(address, { own: [listening(own)], local })).to.equal(expected);
    });
  }
});
