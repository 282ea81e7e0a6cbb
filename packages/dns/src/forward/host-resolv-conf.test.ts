import { expect } from "chai";
import { hostResolvConf } from "./host-resolv-conf.ts";

describe("hostResolvConf", () => {
  const usual = "/etc/resolv.conf";
  const behind = "/run/systemd/resolve/resolv.conf";
  const stub = "nameserver 127.0.0.53\noptions edns0\n";
  const cases: readonly (readonly [what: string, files: Readonly<Record<string, string>>, expected: string])[] = [
    ["the usual file", { [usual]: "nameserver 192.0.2.1\n", [behind]: "nameserver 192.0.2.2\n" }, usual],
    ["systemd-resolved's own list behind its stub", { [usual]: stub, [behind]: "nameserver 192.0.2.2\n" }, behind],
    ["the stub where there is no such list", { [usual]: stub }, usual],
    [
      "the usual file where the stub is one of several",
      { [usual]: `${stub}nameserver 192.0.2.1\n`, [behind]: "" },
      usual,
    ],
    ["the usual file where there is none", {}, usual],
  ];
  for (const [what, files, expected] of cases) {
    it(`D38 is ${what}`, () => expect(hostResolvConf((path) => files[path])).to.equal(expected));
  }
});
