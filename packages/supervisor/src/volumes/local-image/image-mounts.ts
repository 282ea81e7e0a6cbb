import { mkdir, realpath, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { wellKnown, type PersistentVolume } from "@ordinal/api";
import { describeError, hasCode, type Clock, type Logger } from "@ordinal/runtime";
import { listIfPresent } from "../../runtime/commands/read-if-present.ts";
import type { Growth } from "../persistent/persistent-volume.ts";
import { canGrowMounted, checkImage, growMounted, growUnmounted, isTooSmall } from "./file-system.ts";
import { deviceAt, deviceOf, mountAt, thawAt, unmountAll } from "./loop-mount.ts";

/** The images that are mounted on this node, each once for all its pods. What is mounted is what the kernel says. */
export interface ImageMounts {
  /** Mounts the volume, or finds it mounted; gives back where. */
  mount(volume: PersistentVolume): Promise<string>;
  /** Names of the volumes that are mounted, or of whose mount something is left. */
  find(): Promise<readonly string[]>;
  /**
   * Thaws what is mounted. Copies freeze it, by processes that thaw it even when the daemon is killed, but not when they are
   * killed too.
   */
  thaw(): Promise<void>;
  /** Repeatable. Waits a moment for whoever is in it, a copy for example, and then rejects. */
  unmount(volumeName: string): Promise<void>;
  /** Lets the file system of a mounted volume have all of its image. */
  grow(volume: PersistentVolume): Promise<Growth>;
}

export interface ImageMountsOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the kernel lets this process grow what is mounted. Defaults to asking. */
  readonly mayGrowMounted?: () => Promise<boolean>;
}

interface ToMount {
  readonly volume: PersistentVolume;
  readonly log: Logger;
  readonly mayGrowMounted: () => Promise<boolean>;
}

/** Mounts lie at `<dataDir>/mounts/<driver>/<volume>`, which is not in the volume's directory: that one may be moved. */
export function createImageMounts({
  clock,
  dataDir,
  log,
  mayGrowMounted = canGrowMounted,
}: ImageMountsOptions): ImageMounts {
  const directory = join(dataDir, "mounts", wellKnown.localImageProvisioner);
  const placeOf = (volumeName: string): string => join(directory, volumeName);

  return {
    async mount(volume) {
      const mountPoint = placeOf(volume.metadata.name);
      const image = await imageOf(volume);
      await mkdir(mountPoint, { recursive: true, mode: 0o700 });
      const at = await realpath(mountPoint);
      const found = await deviceAt(at);
      if (found === undefined) await mountImage(image, at, { volume, log, mayGrowMounted });
      else if (found !== (await deviceOf(image))) {
        throw new Error(`${found} is mounted at ${at}, which is not the image ${image}: unmount it`);
      }
      return at;
    },
    find: async () => await listIfPresent(directory),
    async thaw() {
      const names = await listIfPresent(directory);
      await Promise.all(names.map(async (name) => await thawAt(await realpath(placeOf(name)))));
    },
    async unmount(volumeName) {
      const mountPoint = placeOf(volumeName);
      try {
        await unmountAll(await realpath(mountPoint), clock);
        await rmdir(mountPoint);
      } catch (error) {
        if (!hasCode(error, "ENOENT")) throw error;
      }
    },
    async grow(volume) {
      const at = await realIfThere(placeOf(volume.metadata.name));
      const device = at === undefined ? undefined : await deviceAt(at);
      if (device === undefined) return { is: "later" };
      if (!(await isTooSmall(await imageOf(volume), { device }))) return { is: "done" };
      if (!(await mayGrowMounted())) {
        const why =
          "the kernel grows a mounted file system only for processes with CAP_SYS_RESOURCE, which Ordinal does not have here";
        return { is: "in use", why };
      }
      await growMounted(device);
      return { is: "done" };
    },
  };
}

async function mountImage(image: string, at: string, { volume, log, mayGrowMounted }: ToMount): Promise<void> {
  const options = [...(isFull(volume) ? [] : ["discard"]), ...(volume.spec.mountOptions ?? [])];
  // Pods of an earlier daemon may have it mounted where this process cannot see it: one device, one file system.
  const held = await deviceOf(image);
  if (held !== undefined) {
    await mountAt(at, { what: held, options });
    // Where it was mounted nowhere, nobody could thaw it.
    await thawAt(at);
    return;
  }
  await checkImage(image);
  const mustGrow = await isTooSmall(image);
  const growsMounted = !options.includes("ro") && (await mayGrowMounted());
  // Room that is missing must not keep a volume from its pod.
  const grow = async (work: () => Promise<void>): Promise<void> => {
    if (!mustGrow) return;
    await work().catch((error: unknown) => {
      log.warn("a volume keeps its size for now", { volume: volume.metadata.name, error: describeError(error) });
    });
  };
  if (!growsMounted) await grow(() => growUnmounted(image, { isFull: isFull(volume) }));
  await mountAt(at, { what: image, options });
  if (growsMounted) await grow(async () => await growMounted((await deviceAt(at)) ?? ""));
  await removeLostAndFound(at);
}

/** What is deleted in a thin image is given back to the host; a full one keeps what was set aside for it. */
function isFull({ spec }: PersistentVolume): boolean {
  return spec.csi?.volumeAttributes?.["allocation"] === "full";
}

/** Databases want an empty directory, as they get elsewhere. e2fsck makes it again should it ever need it. */
async function removeLostAndFound(mountPoint: string): Promise<void> {
  try {
    await rmdir(join(mountPoint, "lost+found"));
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EROFS", "ENOTDIR")) throw error;
  }
}

async function imageOf({ metadata: { name }, spec }: PersistentVolume): Promise<string> {
  const directory = spec.csi?.volumeAttributes?.["path"] ?? "";
  if (!directory.startsWith("/")) throw new Error(`the attribute "path" of PV ${name} is not an absolute path`);
  const image = await realIfThere(join(directory, "volume.img"));
  if (image === undefined) throw new Error(`the image of PV ${name} is missing: there is no ${directory}/volume.img`);
  return image;
}

async function realIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return undefined;
    throw error;
  }
}
