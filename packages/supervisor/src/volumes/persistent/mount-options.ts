import type { PersistentVolume, Result } from "@ordinal/api";
import type { PersistentVolumePlugin } from "./persistent-volume.ts";

/** Flags that every mount can have by itself, whatever file system is behind it; see mount(8). */
const perMount = new Set(
  (
    "ro rw noexec exec nosuid suid nodev dev noatime atime nodiratime diratime relatime norelatime strictatime " +
    "nosymfollow"
  ).split(" "),
);

/** What a PV's `mountOptions` mean for its mounts in containers. */
export interface VolumeFlags {
  readonly readOnly: boolean;
  readonly options: readonly string[];
}

/**
 * Upstream takes no mount options for directories of the host. Those that a bind mount can have are taken here, as in a
 * sandbox they can be kept; anything else is refused rather than forgotten.
 */
export function volumeFlags(
  { metadata, spec }: PersistentVolume,
  { plugin, runtime }: { readonly plugin: PersistentVolumePlugin; readonly runtime: "sandbox" | "process" },
): Result<VolumeFlags, string> {
  const options = spec.mountOptions ?? [];
  if (plugin.takesMountOptions === true || options.length === 0) {
    return { ok: true, value: { readOnly: false, options: [] } };
  }
  const wrong = options.filter((option) => !perMount.has(option));
  if (wrong.length > 0) {
    const error = `Mount options are not supported for this volume type: PV ${metadata.name} has ${wrong.join(",")}; ${plugin.source} volumes take ${[...perMount].join(",")}`;
    return { ok: false, error };
  }
  if (runtime === "process") {
    const error = `PV ${metadata.name} has the mount options ${options.join(",")}, and nothing is mounted in the process runtime; remove them or run with --runtime sandbox`;
    return { ok: false, error };
  }
  const [readOnly] = options.filter((option) => option === "ro" || option === "rw").slice(-1);
  const flags = options.filter((option) => option !== "ro" && option !== "rw");
  return { ok: true, value: { readOnly: readOnly === "ro", options: flags } };
}
