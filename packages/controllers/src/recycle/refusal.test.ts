import { expect } from "chai";
import { scrubRefusal } from "./refusal.ts";

const precious = { dataDir: "/data/ordinal", others: ["/home/ada"] };

describe("scrubRefusal", () => {
  const cases: readonly (readonly [path: string, refusal: string | undefined])[] = [
    ["/", "it is not a directory of one volume"],
    ["", "it is not a plain absolute path"],
    ["volume", "it is not a plain absolute path"],
    ["/volumes/../etc", "it is not a plain absolute path"],
    ["/volumes//a", "it is not a plain absolute path"],
    ["/volumes/a/", undefined],
    ["/etc/", "it belongs to the system"],
    ["//etc", "it is not a plain absolute path"],
    ["/etc", "it belongs to the system"],
    ["/usr/local/share", "it belongs to the system"],
    ["/proc/self/volumes", "it belongs to the system"],
    ["/home", "it is not a directory of one volume"],
    ["/tmp", "it is not a directory of one volume"],
    ["/var/lib", "it is not a directory of one volume"],
    ["/home/ada", "it holds /home/ada"],
    ["/data", "it holds /data/ordinal"],
    ["/data/ordinal", "it holds /data/ordinal"],
    ["/data/ordinal/store", "it belongs to Ordinal's /data/ordinal"],
    ["/data/ordinal/volumes", "it belongs to Ordinal's /data/ordinal"],
    ["/data/ordinal/volumes/a", undefined],
    ["/data/volumes", undefined],
    ["/home/ada/volumes/a", undefined],
    ["/etcetera", undefined],
    ["/tmp/a", undefined],
    ["/var/lib/volumes/a", undefined],
  ];
  for (const [path, refusal] of cases) {
    it(`S15 ${JSON.stringify(path)}: ${refusal ?? "may be scrubbed"}`, () =>
      expect(scrubRefusal(path, precious)).to.equal(refusal));
  }
});
