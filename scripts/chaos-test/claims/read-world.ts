import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { hasCode } from "@ordinal/runtime";
import { readImage } from "./images.ts";
import { readMarkers, type Markers } from "./markers.ts";
import { pathOf } from "./paths.ts";
import type { SteadyClient } from "./steady-client.ts";
import { readTrash } from "./trash-entry.ts";
import type { World } from "./world.ts";

export interface ReadWorldOptions {
  readonly client: SteadyClient;
  readonly dataDir: string;
  /** Looks into images too, by copies of them below this directory; takes its time. */
  readonly imagesBelow?: string | undefined;
}

/** How deep volumes lie by the patterns here. */
const deepest = 3;

export async function readWorld({ client, dataDir, imagesBelow }: ReadWorldOptions): Promise<World> {
  const volumesDir = join(dataDir, "volumes");
  const volumes = await client.list("persistentvolumes");
  const held: Record<string, Markers> = {};
  const directories: string[] = [];
  const paths = new Set(volumes.map(pathOf));

  async function look(directory: string): Promise<void> {
    const names = await namesIn(directory);
    if (names.includes("volume.img")) {
      if (imagesBelow !== undefined) held[directory] = await readImage(join(directory, "volume.img"), imagesBelow);
    } else held[directory] = await readMarkers(directory);
  }

  async function walk(directory: string, depth: number): Promise<void> {
    for (const entry of await directoriesIn(directory)) {
      if (depth === 0 && entry.startsWith(".")) continue;
      const path = join(directory, entry);
      directories.push(path);
      await look(path);
      const isVolume = paths.has(path) || (held[path]?.whole.length ?? 0) > 0;
      if (!isVolume && depth < deepest) await walk(path, depth + 1);
    }
  }

  await walk(volumesDir, 0);
  const trash = await readTrash(volumesDir);
  for (const { entry } of trash.filter(({ isHere }) => isHere)) await look(join(volumesDir, ".trash", entry));
  const allSnapshots = await namesIn(join(volumesDir, ".snapshots"));
  const snapshotDirs = allSnapshots.filter((name) => !name.startsWith("."));
  for (const name of snapshotDirs) await look(join(volumesDir, ".snapshots", name, "data"));
  return {
    claims: await client.list("persistentvolumeclaims"),
    volumes,
    snapshots: await client.list("volumesnapshots"),
    contents: await client.list("volumesnapshotcontents"),
    pods: await client.list("pods"),
    volumesDir,
    directories,
    held,
    knowsImages: imagesBelow !== undefined,
    trash,
    snapshotDirs,
    leftovers: [
      ...allSnapshots.filter((name) => name.startsWith(".")).map((name) => `.snapshots/${name}`),
      ...(await namesIn(join(volumesDir, ".trash"))).filter((name) => name.startsWith(".") && name !== ".emptying"),
      ...(await namesIn(join(volumesDir, ".trash/.emptying"))).map((name) => `.trash/.emptying/${name}`),
    ],
    openIntents: await openIntents(join(volumesDir, ".journal")),
    ...(await heldByKernel(dataDir)),
  };
}

/** What of the data directory the kernel holds, as the process that asks sees it. */
export async function heldByKernel(dataDir: string): Promise<Pick<World, "mounts" | "loopFiles">> {
  const mountinfo = await readFile("/proc/self/mountinfo", "utf8");
  const mountPoints = mountinfo.split("\n").map((line) => line.split(" ")[4] ?? "");
  const { stdout } = await promisify(execFile)("losetup", ["--list", "--noheadings", "--output", "BACK-FILE"]);
  return {
    mounts: mountPoints.filter((path) => path.startsWith(`${dataDir}/mounts/`)),
    loopFiles: stdout.split("\n").filter((path) => path.startsWith(`${dataDir}/`)),
  };
}

/** As the journal is read by its owner: the last word on a volume counts. */
async function openIntents(path: string): Promise<readonly string[]> {
  const open = new Set<string>();
  for (const line of (await readFile(path, "utf8")).split("\n").filter((each) => each !== "")) {
    const said = JSON.parse(line) as {
      readonly finish?: string;
      readonly begin?: { readonly volume: { readonly metadata: { readonly name: string } } };
    };
    if (said.finish !== undefined) open.delete(said.finish);
    if (said.begin !== undefined) open.add(said.begin.volume.metadata.name);
  }
  return [...open];
}

async function directoriesIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
