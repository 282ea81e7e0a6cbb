import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fields, Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { readConfigFile } from "./config-file.ts";
import { readDnsSettings } from "./dns-settings.ts";
import { followDnsConfig, type ReadDnsConfig } from "./follow-dns-config.ts";
import type { FollowedFile } from "./follow-file.ts";
import { withFile } from "./setting-sources.ts";

describe("followDnsConfig", () => {
  let dir: string;
  let path: string;
  let followed: FollowedFile;
  let said: string[];
  let applied: ReadDnsConfig[];
  let listeners: (() => void)[];
  let refusal: Error | undefined;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "follow-"));
    path = join(dir, "ordinal.yaml");
    said = [];
    applied = [];
    listeners = [];
    refusal = undefined;
    await writeFile(path, "dns-ttl: 5\n");
    followed = await followDnsConfig({ path, log, current: read(), read, apply });
  });
  afterEach(async () => {
    await followed.stop();
    await rm(dir, { recursive: true });
  });

  const say = (message: string, fields?: Fields): void => {
    const error = fields?.["error"];
    said.push(typeof error === "string" ? `${message} ${error}` : message);
    for (const listener of listeners.splice(0)) listener();
  };
  const log: Logger = { debug: say, info: say, warn: say, error: say, child: () => log };

  const read = (): ReadDnsConfig => {
    const file = readConfigFile(path);
    return { settings: withFile({ "dns-pod-names": "disabled" }, file, readDnsSettings), fileRaw: file.raw };
  };
  const apply = async (config: ReadDnsConfig): Promise<void> => {
    if (refusal !== undefined) throw refusal;
    applied.push(config);
    await Promise.resolve();
  };
  /** Resolves once something is said that matches; every reading ends with a line. */
  const until = async (words: RegExp): Promise<void> => {
    while (!said.some((line) => words.test(line))) {
      await new Promise<void>((resolve) => listeners.push(resolve));
    }
  };
  const taken = /DNS follows the changed config file/;

  it("D53 takes over a file that was written anew", async () => {
    await writeFile(path, "dns-ttl: 60\ncluster-domain: [a.example, b.example]\n");
    await until(taken);
    expect(applied.at(-1)?.settings).to.include({ ttlSeconds: 60, podNames: "disabled" });
    expect(applied.at(-1)?.settings.zones).to.deep.equal(["a.example", "b.example"]);
  });

  it("D53 takes over a file that was put in place of the old one", async () => {
    await writeFile(join(dir, "next"), "dns-ttl: 61\n");
    await rename(join(dir, "next"), path);
    await until(taken);
    expect(applied.at(-1)?.settings.ttlSeconds).to.equal(61);
  });

  it("D53 keeps the last good settings while the file has a mistake, and names its line", async () => {
    await writeFile(path, "# seconds\ndns-ttl: soon\n");
    await until(/goes on as before .*ordinal\.yaml:2 dns-ttl soon: must be a number of seconds/);
    await writeFile(path, "dns-ttl: [\n");
    await until(/goes on as before .*ordinal\.yaml:\d+:\d+ /);
    expect(applied).to.deep.equal([]);
    await writeFile(path, "dns-ttl: 62\n");
    await until(taken);
    expect(applied.map(({ settings }) => settings.ttlSeconds)).to.deep.equal([62]);
  });

  it("D53 says what takes effect only at the next start", async () => {
    await writeFile(path, "dns-ttl: 5\ndns-listen: [127.0.0.1:1]\n");
    await until(/^dns-listen: takes effect when Ordinal's DNS is started again/);
    await until(taken);
  });

  it("D53 says what a changed primary zone means for the pods", async () => {
    await writeFile(path, "cluster-domain: other.example\n");
    await until(/pods go on searching in cluster\.local until Ordinal is started again/);
    await until(taken);
  });

  it("D53 looks at once when it is asked to, and says when nothing has changed", async () => {
    followed.reload();
    await until(/nothing about DNS has changed/);
    expect(applied).to.deep.equal([]);
  });

  it("D53 tries the same settings again after they could not be put into force", async () => {
    refusal = new Error("not now");
    await writeFile(path, "dns-ttl: 63\n");
    await until(/goes on as before not now/);
    refusal = undefined;
    followed.reload();
    await until(taken);
    expect(applied.map(({ settings }) => settings.ttlSeconds)).to.deep.equal([63]);
  });
});
