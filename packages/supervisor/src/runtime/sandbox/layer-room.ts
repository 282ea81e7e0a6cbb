import { createHash } from "node:crypto";
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { mustRun, runCommand } from "../commands/run-command.ts";
import type { SandboxTools } from "../commands/host-tools.ts";
import type { RunPlace } from "../core/places.ts";
import type { Trash } from "../core/trash.ts";
import { overlayError } from "./overlay-error.ts";

/** Where containers keep what they change of their file systems. */
export interface LayerRoom {
  /** Makes the run's directory `layers`, empty. */
  make(run: RunPlace): Promise<void>;
  release(run: RunPlace): Promise<void>;
  /** Where overlays can be tried out. */
  readonly probe: string;
  tearDown(): Promise<void>;
}

export interface LayerRoomOptions {
  readonly stateDir: string;
  readonly tools: SandboxTools;
  /** On the file system of `stateDir`. */
  readonly trash: Trash;
  /** Whether something is mounted at a path. */
  readonly isMounted: (path: string) => boolean;
}

/**
 * Overlays cannot write to every file system: not to another overlay, which is what a daemon inside a container has.
 * There the layers are in memory, and `layers` is a link. Rejects when not even that works.
 */
export async function createLayerRoom(options: LayerRoomOptions): Promise<LayerRoom> {
  const { stateDir, tools, trash, isMounted } = options;
  const onDisk = join(stateDir, ".overlay-probe");
  if ((await overlayError(tools, { lower: "/", directory: onDisk })) === undefined) return roomOnDisk(onDisk, trash);
  const memory = join(stateDir, ".layers");
  await mkdir(memory, { recursive: true, mode: 0o700 });
  if (!isMounted(memory)) await mustRun([tools.mount, "-t", "tmpfs", "-o", "mode=700", "tmpfs", memory]);
  const probe = join(memory, "probe");
  const error = await overlayError(tools, { lower: "/", directory: probe });
  if (error !== undefined) throw new Error(`cannot make a copy-on-write view of /: ${error}`);
  return roomInMemory(memory, { probe, umount: tools.umount });
}

function roomOnDisk(probe: string, trash: Trash): LayerRoom {
  return {
    probe,
    make: async (run) => {
      await mkdir(layersOf(run), { mode: 0o700 });
    },
    release: async (run) => await trash.remove(layersOf(run)),
    tearDown: async () => {},
  };
}

function roomInMemory(memory: string, { probe, umount }: { probe: string; umount: string }): LayerRoom {
  const directoryOf = (run: RunPlace): string => {
    return join(memory, createHash("sha256").update(run.directory).digest("hex").slice(0, 24));
  };
  return {
    probe,
    async make(run) {
      await mkdir(directoryOf(run), { mode: 0o700 });
      await symlink(directoryOf(run), layersOf(run));
    },
    async release(run) {
      await rm(directoryOf(run), { recursive: true, force: true });
      await rm(layersOf(run), { force: true });
    },
    tearDown: async () => void (await runCommand([umount, memory])),
  };
}

/** The directory of a run's layers. */
function layersOf({ directory }: RunPlace): string {
  return join(directory, "layers");
}
