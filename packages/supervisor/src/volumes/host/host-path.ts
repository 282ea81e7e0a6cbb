import type { VolumePlugin } from "../volume.ts";
import { useHostPath } from "./use-host-path.ts";

/** A directory, file, socket or device of the host. */
export const hostPathPlugin: VolumePlugin = {
  kind: "hostPath",
  async setUp({ hostPath }) {
    return await useHostPath(hostPath ?? { path: "" });
  },
};
