import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { findKubeconfig } from "./find-kubeconfig.ts";
import { UsageError } from "./usage-error.ts";

describe("findKubeconfig", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "home-"));
    await mkdir(join(home, ".kube"));
  });
  afterEach(async () => await rm(home, { recursive: true }));

  const find = (KUBECONFIG?: string): string =>
    findKubeconfig({ env: { KUBECONFIG }, home, isRoot: false }, join(home, "daemon"));

  it("takes what $KUBECONFIG names, the first that is there", async () => {
    await writeFile(join(home, "b"), "");
    await writeFile(join(home, ".kube/config"), "");
    expect(find(`${join(home, "a")}:${join(home, "b")}`)).to.equal(join(home, "b"));
  });

  it("takes ~/.kube/config, else the daemon's", async () => {
    await writeFile(join(home, "daemon"), "");
    expect(find()).to.equal(join(home, "daemon"));
    await writeFile(join(home, ".kube/config"), "");
    expect(find("")).to.equal(join(home, ".kube/config"));
  });

  it("says where it has looked, and what helps", () => {
    expect(() => find()).to.throw(UsageError, /no kubeconfig at .*config or .*daemon; .*--kubeconfig FILE/);
    expect(() => find(join(home, "x"))).to.throw(UsageError, /no kubeconfig at \S*x; /);
  });
});
