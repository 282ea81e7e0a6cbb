import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, createStopStack, type FakeClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { followFile } from "./follow-file.ts";

describe("following a file", () => {
  let dir: string;
  let path: string;
  let clock: FakeClock;
  let parts: StopStack;
  let seen: string[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
    path = join(dir, "resolv.conf");
    clock = createFakeClock();
    parts = createStopStack();
    seen = [];
  });

  afterEach(async () => {
    await parts.stop();
    await rm(dir, { recursive: true });
  });

  const start = async () => {
    const onText = (read: { text: string } | { problem: string }) =>
      seen.push("text" in read ? read.text : read.problem.replaceAll(dir, "."));
    return parts.add(await followFile(path, { clock, onText }));
  };
  /** Looks until it has told this last: a look may fall between the making of a file and its writing, and tell more. */
  const tells = async (text: string) => {
    await eventually(async () => {
      await clock.advance(2_000);
      expect(seen.at(-1)).to.equal(text);
    });
  };

  it("D38 tells what is in it, at once and after each change", async () => {
    await writeFile(path, "one");
    await start();
    expect(seen).to.deep.equal(["one"]);
    await clock.advance(20_000);
    await writeFile(path, "two, longer");
    await tells("two, longer");
  });

  it("D38 sees another file put in its place, and a symlink turned", async () => {
    await writeFile(join(dir, "a"), "a");
    await writeFile(join(dir, "b"), "b");
    await symlink("a", path);
    await start();
    await symlink("b", join(dir, "new"));
    await rename(join(dir, "new"), path);
    await tells("b");
    await writeFile(join(dir, "c"), "c");
    await rename(join(dir, "c"), path);
    await tells("c");
  });

  it("D38 says once why it cannot be read, and goes on when it can", async () => {
    await start();
    await clock.advance(10_000);
    expect(seen).to.have.length(1);
    expect(seen[0]).to.contain("ENOENT");
    await writeFile(path, "late");
    await tells("late");
    await rm(path);
    await mkdir(path);
    await tells("./resolv.conf is not a file");
  });

  it("does not read what is far too long", async () => {
    await writeFile(path, "#".repeat(70_000));
    await start();
    expect(seen).to.deep.equal(["./resolv.conf is longer than 65536 octets"]);
  });

  it("looks no more once stopped", async () => {
    await writeFile(path, "one");
    const following = await start();
    await following.stop();
    await writeFile(path, "two, longer");
    await clock.advance(10_000);
    expect(seen).to.deep.equal(["one"]);
  });
});
