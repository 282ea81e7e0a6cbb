import { wellKnown } from "@ordinal/api";
import { describeError, type Logger } from "@ordinal/runtime";
import type { Disk } from "../../disk/disk.ts";
import type { CopyTools } from "../copy/tools.ts";
import { freezeMount, type Freeze } from "./freeze.ts";
import { mountOfImage } from "./image-mount.ts";

/** How long the programs that use a volume may have to wait with their writes for a copy of it. */
const maxSeconds = 10;

interface Means {
  readonly disk: Disk;
  readonly log: Logger;
  readonly tools: CopyTools;
}

/**
 * How writes to a volume can be stopped. Only images can: in a plain directory a file of an image's name is whatever a pod
 * has put there.
 */
export function freezeFor(driver: string, directory: string, means: Means): () => Promise<Freeze | undefined> {
  return async () => (driver === wellKnown.localImageProvisioner ? await freezeImage(directory, means) : undefined);
}

/** Freezes the image in a volume's directory while it is mounted; undefined where that cannot be done. */
async function freezeImage(directory: string, { disk, log, tools }: Means): Promise<Freeze | undefined> {
  const mount = await mountOfImage(disk, directory);
  if (mount === undefined) return undefined;
  try {
    return await freezeMount(mount, { maxSeconds });
  } catch (error) {
    log.warn("a volume is copied without stopping writes to it", {
      mountPoint: mount.path,
      error: describeError(error),
    });
    // Then at least all that was written so far is in the image.
    await tools.sync(mount.path);
    return undefined;
  }
}
