import { wellKnown } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import type { PersistentVolumePlugin } from "../persistent/persistent-volume.ts";
import type { VolumeHost } from "../volume.ts";
import { createImageMounts } from "./image-mounts.ts";

/** An ext4 in a file, mounted once on the node for all pods that use it. Made by `provisioner/src/local-image`. */
export function createLocalImagePlugin(
  host: Pick<VolumeHost, "runtime" | "dataDir" | "clock" | "log">,
): PersistentVolumePlugin {
  const mounts = createImageMounts(host);
  return {
    source: "csi",
    serves: ({ spec }) => spec.csi?.driver === wellKnown.localImageProvisioner,
    takesMountOptions: true,
    async setUp(volume) {
      if (host.runtime === "process") return { ok: false, error: needsMounts };
      try {
        const source = await mounts.mount(volume);
        const readOnly = volume.spec.mountOptions?.includes("ro") === true;
        return { ok: true, value: { source, readOnly, takesFsGroup: true } };
      } catch (error) {
        return { ok: false, error: describeError(error) };
      }
    },
    node: {
      find: () => mounts.find(),
      thaw: () => mounts.thaw(),
      tearDown: (volumeName) => mounts.unmount(volumeName),
      grow: (volume) => mounts.grow(volume),
    },
  };
}

const needsMounts =
  "local-image volumes are mounted into pods, which the process runtime cannot do: start Ordinal as root with --runtime sandbox, or use the StorageClass local-path";
