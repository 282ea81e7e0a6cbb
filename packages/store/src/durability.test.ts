import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect } from "chai";
import { hasCode } from "@ordinal/runtime";
import { openStore } from "./embedded-store.ts";
import { StoreInUseError } from "./owner.ts";

const fixture = (name: string): string => join(import.meta.dirname, `${name}.fixture.ts`);

describe("durability of the embedded store", () => {
  let dir = "";
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "ordinal-durability-"));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  /** Lets a child write, kills it with SIGKILL in mid-write, and gives back what it saw acknowledged. */
  async function writeUntilKilled(run: number, acknowledgements: number): Promise<ReadonlyMap<string, number>> {
    const child = spawn(process.execPath, [fixture("crash-writer"), dir, `run-${run}`], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const seen = new Map<string, number>();
    for await (const line of createInterface({ input: child.stdout })) {
      const [key = "", revision] = line.split(" ");
      seen.set(key, Number(revision));
      if (seen.size === acknowledgements) child.kill("SIGKILL");
    }
    expect(await exited).to.deep.equal([null, "SIGKILL"]);
    return seen;
  }

  it("O14 A20 loses nothing it acknowledged when its process is killed, five times over", async () => {
    const acknowledged = new Map<string, number>();
    for (const [run, count] of [40, 41, 97, 150, 203].entries()) {
      for (const [key, revision] of await writeUntilKilled(run, count)) acknowledged.set(key, revision);
      const store = await openStore({ dir });
      for (const [key, revision] of acknowledged) {
        const entry = await store.get(key);
        expect(entry?.modRevision, key).to.equal(revision);
        expect(entry?.value, key).to.match(new RegExp(`^value of ${key} x{500}$`));
      }
      const { entries, revision } = await store.range({ prefix: "/" });
      // Every revision made one new key, so none is missing and none was given twice.
      expect(entries.map(({ modRevision }) => modRevision).toSorted((a, b) => a - b)).to.deep.equal(
        Array.from({ length: revision }, (_, index) => index + 1),
      );
      await store.stop();
    }
    expect(acknowledged.size).to.be.at.least(531);
  });

  it("O14 opens after a process that was killed and whose parent has not noticed, as in containers without an init", async function () {
    if (process.platform !== "linux") {
      this["skipReason"] = "needs /proc";
      this.skip();
    }
    // sleep takes the shell's place, and its child over, and never looks after it.
    const script = '"$0" "$@" & exec sleep 60';
    const args = [process.execPath, fixture("crash-writer"), dir, "unnoticed"];
    const parent = spawn("sh", ["-c", script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      await once(parent.stdout, "data");
      const refused: unknown = await openStore({ dir }).catch((error: unknown) => error);
      expect(refused).to.be.instanceOf(StoreInUseError);
      const { pid } = refused as StoreInUseError;
      process.kill(pid, "SIGKILL");
      while (!(await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z "));
      await (await openStore({ dir })).stop();
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("O14 keeps what it has when the disk is full, says what to do, and goes on when there is space again", async function () {
    const isRoot = process.getuid?.() === 0;
    const script = `mount -t tmpfs -o size=4m ordinal-test "$1" || exit 77; "$2" "$3" "$1" || exit 78`;
    const args = [...(isRoot ? [] : ["--user", "--map-root-user"]), "--mount", "sh", "-c", script, "sh"];
    const ran = await promisify(execFile)("unshare", [...args, dir, process.execPath, fixture("full-disk")]).catch(
      (error: unknown) => error as { stdout: string; stderr: string; code: unknown },
    );
    // Without namespaces there is no small file system to fill.
    if ("code" in ran && (hasCode(ran, "ENOENT") || ran.code === 77 || ran.code === 1)) {
      this["skipReason"] = "needs a namespace to mount a small file system in";
      this.skip();
    }
    expect(ran, JSON.stringify(ran)).not.to.have.property("code");
    const report = JSON.parse(ran.stdout) as Record<string, unknown>;
    expect(report["acknowledged"]).to.be.greaterThan(5);
    expect(report["lost"]).to.deep.equal([]);
    expect(report["revisionWhenFull"]).to.equal(report["acknowledged"]);
    expect(report["message"]).to.match(
      /^the change was not stored: no space left for the store in .*; free some space/,
    );
    expect(report["afterwards"]).to.deep.equal({ ok: true, revision: Number(report["acknowledged"]) + 1 });
  });
});
