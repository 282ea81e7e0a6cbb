import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createSystemHost, type SystemHost } from "./system-host.ts";

describe("createSystemHost", () => {
  let root: string;
  let host: SystemHost;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "host-"));
    host = createSystemHost({ root });
  });
  afterEach(async () => await rm(root, { recursive: true }));

  it("D58 gives back what a program says and how it ends", async () => {
    expect(await host.run(["sh", "-c", "echo out; echo err >&2; exit 3"])).to.deep.equal({
      code: 3,
      output: "out\nerr",
    });
    expect((await host.run(["no-such-program-here"])).code).to.equal(127);
  });

  it("D58 writes whole files and leaves no drafts", async () => {
    expect(await host.makeDirectory("/a/b")).to.deep.equal(["/a", "/a/b"]);
    expect(await host.makeDirectory("/a/b")).to.deep.equal([]);
    await host.writeText("/a/b/x.conf", { text: "one", mode: 0o644 });
    await host.writeText("/a/b/x.conf", { text: "two", mode: 0o644 });
    expect(await readdir(join(root, "a/b"))).to.deep.equal(["x.conf"]);
    expect(await host.readText("/a/b/x.conf")).to.equal("two");
    await host.removeEmptyDirectory("/a/b");
    expect(await host.exists("/a/b/x.conf")).to.equal(true);
    await host.removeFile("/a/b/x.conf");
    await host.removeFile("/a/b/x.conf");
    await host.removeEmptyDirectory("/a/b");
    expect(await host.list("/a")).to.deep.equal([]);
    expect(await host.readText("/a/nothing")).to.equal(undefined);
  });

  it("D58 looks names up as every program does", async () => {
    expect(await host.lookUp("localhost")).to.satisfy((found: readonly string[]) =>
      found.some((each) => each === "127.0.0.1" || each === "::1"),
    );
  });
});
