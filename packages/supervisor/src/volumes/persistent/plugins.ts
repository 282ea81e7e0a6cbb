import { createLocalImagePlugin } from "../local-image/plugin.ts";
import type { VolumeHost } from "../volume.ts";
import { hostPathPersistentPlugin } from "./host-path.ts";
import { localPersistentPlugin } from "./local.ts";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** Every kind of PV that this node can set up. A new one is a file of its own and a line here. */
export function createPersistentPlugins(host: VolumeHost): readonly PersistentVolumePlugin[] {
  return [hostPathPersistentPlugin, localPersistentPlugin, createLocalImagePlugin(host)];
}
