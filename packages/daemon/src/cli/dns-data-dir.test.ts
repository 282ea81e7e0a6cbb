import { join } from "node:path";
import { expect } from "chai";
import { createScratchHost, type ScratchHost } from "../split-dns/scratch-host.fixture.ts";
import { dnsDataDir } from "./dns-data-dir.ts";

describe("dnsDataDir", () => {
  let host: ScratchHost;
  beforeEach(async () => {
    host = await createScratchHost();
    await host.put("/etc/passwd", `root:x:0:0::/root:/bin/sh\nann:x:1000:1000:Ann:${join(host.root, "ann")}:/bin/sh\n`);
  });
  afterEach(async () => await host.destroy());

  const theirs = (): string => join(host.root, "ann/.local/state/ordinal");
  const find = async (values: { "data-dir"?: string } = {}, env = {}): Promise<string> =>
    (await dnsDataDir(values, { host, from: { isRoot: true, home: "/root", env: { SUDO_USER: "ann", ...env } } })).root;

  it("D58 is that of the user who said sudo, when that user's Ordinal runs and root's does not", async () => {
    expect(await find()).to.equal("/var/lib/ordinal");
    await host.put("/ann/.local/state/ordinal/run.json", "{}");
    expect(await find()).to.equal(theirs());
    expect(await find({}, { SUDO_USER: "bob" })).to.equal("/var/lib/ordinal");
  });

  it("D58 is the one that is named", async () => {
    await host.put("/ann/.local/state/ordinal/run.json", "{}");
    expect(await find({ "data-dir": "/named" })).to.equal("/named");
    expect(await find({}, { ORDINAL_DATA_DIR: "/by-env" })).to.equal("/by-env");
  });
});
