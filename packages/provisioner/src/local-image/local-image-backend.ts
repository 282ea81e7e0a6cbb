import { join } from "node:path";
import { wellKnown, type PersistentVolume } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { VolumeBackend, VolumePlace } from "../backend/volume-backend.ts";
import type { Disk } from "../disk/disk.ts";
import type { SyncDirectory } from "../disk/shared-sync.ts";
import { deviceOf } from "./attached.ts";
import { hostProblem } from "./host-problem.ts";
import { imageBytes, roundToImage } from "./image-size.ts";
import { growImage, imageName, imageSize, makeImage } from "./make-image.ts";
import type { Allocation } from "./parameters.ts";
import { placeOfImage } from "./place-of-image.ts";
import { planImage } from "./plan-image.ts";
import { runProgram, type RunProgram } from "./run-program.ts";

export interface LocalImageOptions {
  readonly disk: Disk;
  readonly sync: SyncDirectory;
  /** Absolute path under which the volumes' directories are made. It must be there. */
  readonly volumesDir: string;
  /** Runs mkfs.ext4 and its kin. Defaults to the programs of this machine. */
  readonly run?: RunProgram;
  /** What the machine lacks for images, if anything. Defaults to looking. */
  readonly findProblem?: () => Promise<string | undefined>;
}

/**
 * Volumes whose size holds: each is a directory with one file in it, the image of an ext4 of that size. The node mounts
 * it; see `supervisor/src/volumes`. Its PersistentVolumes look like those of a CSI driver.
 */
export function createLocalImageBackend(options: LocalImageOptions): VolumeBackend {
  const { disk, sync, volumesDir: base, run = runProgram, findProblem = hostProblem } = options;
  const tools = { disk, sync, run };
  return {
    provisioner: wellKnown.localImageProvisioner,
    async plan(request) {
      const planned = planImage(request, base);
      const problem = planned.ok ? await findProblem() : undefined;
      return problem === undefined ? planned : { ok: false, error: problem };
    },
    async make({ path, volume }) {
      const bytes = imageBytes(volume.spec.capacity?.["storage"] ?? "0");
      if (!bytes.ok) throw new Error(bytes.error);
      await makeImage(tools, { directory: path, bytes: bytes.value, allocation: allocationOf(volume) });
    },
    placeOf: (volume) => placeOfImage(volume, base),
    async letGo(_volume, place) {
      await refuseWhileInUse(disk, place);
      return true;
    },
    async expand(volume, bytes) {
      const place = placeOfImage(volume, base);
      if (!place.ok) throw new Error(place.error);
      const wanted = roundToImage(bytes);
      if (!wanted.ok) throw new Error(wanted.error);
      const directory = place.value.path;
      const size = await imageSize(disk, join(directory, imageName));
      if (size === undefined) throw new Error(`there is no ${join(directory, imageName)}`);
      await growImage(tools, { directory, bytes: wanted.value, size, allocation: allocationOf(volume) });
      return { needsNode: true };
    },
  };
}

/** The node unmounts a volume when its last pod is gone; an image that is mounted must not be moved or removed. */
async function refuseWhileInUse(disk: Disk, { path }: VolumePlace): Promise<void> {
  const image = await realImage(disk, path);
  const device = image === undefined ? undefined : await deviceOf(disk, image);
  if (device !== undefined) throw new Error(`${image} is still in use, by ${device}: waiting for it to be unmounted`);
}

async function realImage(disk: Disk, directory: string): Promise<string | undefined> {
  try {
    return await disk.realpath(join(directory, imageName));
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function allocationOf({ spec }: Pick<PersistentVolume, "spec">): Allocation {
  return spec.csi?.volumeAttributes?.["allocation"] === "full" ? "full" : "thin";
}
