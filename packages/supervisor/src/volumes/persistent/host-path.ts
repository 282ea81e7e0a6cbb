import { useHostPath } from "../host/use-host-path.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** A directory of the host as a PV. Its owner is not changed for a pod's fsGroup. Source: `pkg/volume/hostpath`. */
export const hostPathPersistentPlugin: PersistentVolumePlugin = {
  source: "hostPath",
  async setUp({ spec: { hostPath } }) {
    return await useHostPath(hostPath ?? { path: "" });
  },
};
