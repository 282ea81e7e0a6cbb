/**
 * A program: makes a file system in a file, mounts it in its own mount namespace, tries copies or freezes on it, and prints
 * what it found as JSON. What it mounts and attaches ends with it. See `mounted.test.ts`.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readFile, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "@ordinal/runtime";
import { nodeDisk } from "../disk/disk.ts";
import { createCloneSupport } from "./copy/clone-support.ts";
import { copyVolume, type VolumeCopy } from "./copy/copy-volume.ts";
import { hostTools, type CopyTools } from "./copy/tools.ts";
import { describeTree, makeTree } from "./copy/trees.fixture.ts";
import { freezeMount } from "./freeze/freeze.ts";
import { mountOfImage, type Mount } from "./freeze/image-mount.ts";

const run = promisify(execFile);
const [what = "", dir = "", option = ""] = process.argv.slice(2);
const mountPoint = join(dir, "mnt");
const appending = `echo bytes >>${join(mountPoint, "file")}`;
const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
  clones,
  freeze,
  "freeze and unmount": freezeAndUnmount,
  "freeze beside a mount": freezeBeside,
  "freeze and be killed": freezeForEver,
  "freeze too long": freezeTooLong,
};

process.stdout.write(JSON.stringify(await scenarios[what]?.()));
process.exit(0);

async function mount(fileSystem: string, bytes: number): Promise<void> {
  const image = join(dir, "volume.img");
  await mkdir(mountPoint);
  await run("truncate", ["-s", String(bytes), image]);
  await run(`mkfs.${fileSystem}`, [fileSystem === "ext4" ? "-Fq" : "-f", image]);
  await run("mount", ["-o", "loop", image, mountPoint]);
}

async function mountImage(): Promise<Mount> {
  await mount("ext4", 64 * 1_048_576);
  return await mounted();
}

/** As the copies find it. */
async function mounted(): Promise<Mount> {
  const found = await mountOfImage(nodeDisk, dir);
  if (found === undefined) throw new Error("nothing is mounted");
  return found;
}

async function copy(name: string, tools: CopyTools = hostTools): Promise<VolumeCopy> {
  const draft = join(mountPoint, name);
  await mkdir(draft);
  const { signal } = new AbortController();
  const from = join(mountPoint, "volume");
  const means = { disk: nodeDisk, tools, clock: systemClock, clones: createCloneSupport(nodeDisk) };
  return await copyVolume({ ...means, from, draft, signal });
}

async function clones(): Promise<unknown> {
  await mount(option, 512 * 1_048_576);
  const from = join(mountPoint, "volume");
  await mkdir(from);
  await makeTree(from);
  await run("dd", ["if=/dev/urandom", `of=${join(from, "random")}`, "bs=1M", "count=64", "status=none"]);
  await hostTools.sync(mountPoint);
  const before = await statfs(mountPoint);
  const { consistency } = await copy("quiet");
  await hostTools.sync(mountPoint);
  const after = await statfs(mountPoint);
  const [source, copied] = [await describeTree(from), await describeTree(join(mountPoint, "quiet", "data"))];
  const differences = [...source].filter(([path, about]) => copied.get(path) !== about).map(([path]) => path);
  // One file that never stands still, as a database's log.
  const busy = await copy("busy", {
    ...hostTools,
    async copyExtendedAttributes() {
      await appendFile(join(from, "strange"), "more\n");
      return undefined;
    },
  });
  return {
    consistency,
    differences,
    entries: [source.size, copied.size],
    usedMiB: Math.round(((before.bfree - after.bfree) * after.bsize) / 1_048_576),
    busy: busy.consistency,
  };
}

/** A shell that writes into the mounted file system. */
function writer(): ChildProcess {
  return spawn("sh", ["-c", appending], { stdio: "ignore" });
}

/** Waits until the process stands still in the kernel. */
async function untilBlocked(child: ChildProcess): Promise<boolean> {
  const end = Date.now() + 10_000;
  while (child.exitCode === null && Date.now() < end) {
    const { pid } = child;
    const [, state] = /\) (\w)/.exec(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")) ?? [];
    if (state === "D") return true;
    if (state === undefined || state === "Z") return false;
  }
  return false;
}

async function freeze(): Promise<unknown> {
  const image = await mountImage();
  const frozen = await freezeMount(image, { maxSeconds: 20 });
  const writing = writer();
  const isBlocked = await untilBlocked(writing);
  const second = await freezeMount(image, { maxSeconds: 20 }).then(
    () => "frozen twice",
    (error: unknown) => String(error),
  );
  const ended = once(writing, "exit");
  const isHeld = await frozen.release();
  await ended;
  return {
    isFound: image.path === mountPoint,
    isBlocked,
    isHeld,
    second,
    text: await readFile(join(mountPoint, "file"), "utf8"),
  };
}

async function wordsOf(work: Promise<unknown>): Promise<string> {
  return await work.then(() => "done", String);
}

async function freezeAndUnmount(): Promise<unknown> {
  const image = await mountImage();
  const frozen = await freezeMount(image, { maxSeconds: 20 });
  const early = await wordsOf(run("umount", [mountPoint]));
  const isHeld = await frozen.release();
  const late = await wordsOf(run("umount", [mountPoint]));
  const again = await wordsOf(freezeMount(image, { maxSeconds: 20 }));
  return { early, isHeld, late, again };
}

/** What a path leads to when something was unmounted there: here the file system of an image stands for the host's. */
async function freezeBeside(): Promise<unknown> {
  const { device } = await mountImage();
  const path = join(mountPoint, "unmounted");
  await mkdir(path);
  const said = await wordsOf(freezeMount({ path, device }, { maxSeconds: 20 }));
  await run("sh", ["-c", appending]);
  return { said, text: await readFile(join(mountPoint, "file"), "utf8") };
}

/** The daemon is this process's child, and is killed while it has the file system frozen. */
async function freezeForEver(): Promise<unknown> {
  if (option !== "") {
    await freezeMount(await mounted(), { maxSeconds: 60 });
    process.stdout.write("frozen");
    await new Promise(() => {
      setInterval(() => {}, 60_000);
    });
  }
  await mount("ext4", 64 * 1_048_576);
  await writeFile(join(mountPoint, "file"), "");
  const daemon = spawn(process.execPath, [import.meta.filename, what, dir, mountPoint], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(daemon.stdout, "data");
  const writing = writer();
  const isBlocked = await untilBlocked(writing);
  const ended = once(writing, "exit");
  daemon.kill("SIGKILL");
  await ended;
  return { isBlocked, text: await readFile(join(mountPoint, "file"), "utf8") };
}

async function freezeTooLong(): Promise<unknown> {
  const frozen = await freezeMount(await mountImage(), { maxSeconds: 1 });
  const writing = writer();
  await once(writing, "exit");
  if (!frozen.lost.aborted) await once(frozen.lost, "abort");
  return { isHeld: await frozen.release(), text: await readFile(join(mountPoint, "file"), "utf8") };
}
