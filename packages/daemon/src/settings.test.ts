import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { readFile } from "node:fs/promises";
import { configDir } from "./project-paths.ts";
import { readSettings } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";
import { UsageError } from "./usage-error.ts";

const root: Surroundings = { env: {}, isRoot: true, home: "/root-home" };
const user: Surroundings = { env: {}, isRoot: false, home: "/home/ann" };

describe("readSettings", () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "settings-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  async function configFile(text: string): Promise<string> {
    const path = join(dir, "ordinal.yaml");
    await writeFile(path, text);
    return path;
  }

  it("has the documented defaults", () => {
    const settings = readSettings([], root);
    expect(settings).to.include({
      dataDir: "/var/lib/ordinal",
      apiPort: 6445,
      runtime: "auto",
      clusterDomain: "cluster.local",
    });
    expect(settings.dns.listen).to.deep.equal([{ host: "127.0.0.1", port: 10053 }]);
    expect(settings.manifests).to.equal("/var/lib/ordinal/manifests");
  });

  it("reads how long deleted volumes are kept, and refuses what is no duration, no share and no size", () => {
    expect(readSettings([], root).trash).to.deep.equal({ holdMs: 86_400_000, minFree: { percent: 10 } });
    const given = ["--trash-hold", "7d", "--trash-min-free", "5Gi"];
    expect(readSettings(given, root).trash).to.deep.equal({ holdMs: 604_800_000, minFree: { bytes: 5n * 2n ** 30n } });
    expect(() => readSettings(["--trash-hold", "long"], root)).to.throw(
      UsageError,
      "--trash-hold long: must be a duration such as 24h, 30m, 7d or 0",
    );
    expect(() => readSettings(["--trash-min-free", "all"], root)).to.throw(UsageError, "must be a share such as 10%");
  });

  it("keeps an ordinary user's data below XDG_STATE_HOME, or its default", () => {
    expect(readSettings([], user).dataDir).to.equal("/home/ann/.local/state/ordinal");
    expect(readSettings([], { ...user, env: { XDG_STATE_HOME: "/x" } }).dataDir).to.equal("/x/ordinal");
  });

  it("lets a flag win over the config file, and the file over the default", async () => {
    const path = await configFile("api-port: 7000\nlog-level: debug\ndns-listen: [127.0.0.1:1, 127.0.0.2:2]\n");
    const settings = readSettings(["--config", path, "--api-port", "8000"], root);
    expect(settings.apiPort).to.equal(8000);
    expect(settings.logLevel).to.equal("debug");
    expect(settings.dns.listen.map(({ port }) => port)).to.deep.equal([1, 2]);
    expect(settings.configFile).to.equal(path);
  });

  it("accepts the sample that stands in config/, and the sample's values are the defaults", async () => {
    const path = join(configDir, "ordinal.yaml");
    expect({ ...readSettings(["--config", path], root), configFile: undefined }).to.deep.equal(readSettings([], root));
    expect(Object.keys(parse(await readFile(path, "utf8")) as object)).to.include.members([
      "api-port",
      "dns-listen",
      "runtime",
    ]);
  });

  const wrong: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
    [["--api-port", "70000"], /--api-port 70000: must be a port from 0/],
    [["--dns-listen", "localhost"], /--dns-listen localhost: must be an address and a port/],
    [["--runtime", "docker"], /--runtime docker: must be one of auto, sandbox, process/],
    [["--cluster-domain", "x_y"], /--cluster-domain x_y: must be a domain name/],
    [["--pod-cidr", "10.0.0.0/30"], /--pod-cidr 10.0.0.0\/30: must be an IPv4 range from \/8 to \/24/],
    [["--nonsense"], /Unknown option '--nonsense'/],
    [["--config", "/nowhere/x.yaml"], /there is no such file/],
  ];
  for (const [argv, message] of wrong) {
    it(`refuses ${argv.join(" ")}`, () => {
      expect(() => readSettings(argv, root)).to.throw(UsageError, message);
    });
  }

  it("names file, line and column of a config file that is not YAML", async () => {
    const path = await configFile("api-port: 1\nruntime: [auto\n");
    expect(() => readSettings(["--config", path], root)).to.throw(UsageError, /ordinal\.yaml:\d+:\d+ /);
  });

  it("D53 names file and line of a value that cannot be used, and the flag alone when the flag is wrong", async () => {
    const path = await configFile("api-port: 1\n\n# seconds\ndns-ttl: 99999\n");
    expect(() => readSettings(["--config", path], root)).to.throw(
      UsageError,
      /ordinal\.yaml:4 dns-ttl 99999: must be a number of seconds from 0 to 3600/,
    );
    expect(() => readSettings(["--config", path, "--dns-ttl", "x"], root)).to.throw(UsageError, /^--dns-ttl x: must/);
    expect(readSettings(["--config", path, "--dns-ttl", "60"], root).dns.ttlSeconds).to.equal(60);
  });

  it("D53 names the line of an unknown setting and of a value that is neither one nor a list", async () => {
    const unknown = await configFile("api-port: 1\napi-prot: 1\n");
    expect(() => readSettings(["--config", unknown], root)).to.throw(UsageError, /ordinal\.yaml:2 unknown setting/);
    const nested = await configFile("dns-listen:\n  - host: 127.0.0.1\n");
    expect(() => readSettings(["--config", nested], root)).to.throw(UsageError, /:1 dns-listen: must be one value or/);
  });

  it("D58 takes several zones; the first is where pods search", () => {
    const settings = readSettings(["--cluster-domain", "cluster.local.", "--cluster-domain", "Cluster.Internal"], root);
    expect(settings.dns.zones).to.deep.equal(["cluster.local", "cluster.internal"]);
    expect(settings.clusterDomain).to.equal("cluster.local");
    expect(settings.dnsFlags).to.deep.equal({ "cluster-domain": ["cluster.local.", "Cluster.Internal"] });
  });

  it("names an unknown setting of the config file, and the known ones", async () => {
    const path = await configFile("api-prot: 1\n");
    expect(() => readSettings(["--config", path], root)).to.throw(
      UsageError,
      /unknown setting "api-prot"; the known ones are .*api-port/,
    );
  });
});
