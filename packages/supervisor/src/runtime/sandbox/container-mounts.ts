import { join } from "node:path";
import { devices, hostView } from "./dev-template.ts";
import { escapePath } from "./mount-info.ts";

/** What a container's root is put together from. */
export interface RootPlan {
  /** The run's directory, which is where the script runs. */
  readonly directory: string;
  readonly devTemplate: string;
  /** The host's file systems, parents first; `/` is the first. */
  readonly parts: readonly RootPart[];
  /** Paths whose content containers must not see. */
  readonly hidden: readonly string[];
  /** Directories of /proc that are read-only, of those that are there. */
  readonly readOnlyProc: readonly string[];
}

/** A file system of the host in the container's view. */
export interface RootPart {
  readonly at: string;
  /** Its directories for an overlay, relative to the run's; without them it is read-only. */
  readonly layer?: { readonly upper: string; readonly work: string };
}

/** A volume, with its source resolved. */
export interface VolumeMount {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
  readonly options?: readonly string[];
  readonly isDirectory: boolean;
}

/**
 * The fstab of a root, to be mounted in order and at once below `root` in the run's directory. Layers are named
 * relative to it, because a comma or a colon in an absolute path would be read as the end of it.
 */
export function rootTable(plan: RootPlan): string {
  const root = join(plan.directory, "root");
  const at = (path: string): string => join(root, path);
  const lines: (readonly string[])[] = plan.parts.map(({ at: path, layer }) => {
    if (layer === undefined) return [path, at(path), "none", "bind,ro"];
    const { upper, work } = layer;
    return ["overlay", at(path), "overlay", `lowerdir=${escapePath(path)},upperdir=${upper},workdir=${work}`];
  });
  lines.push(["proc", at("/proc"), "proc", "nosuid,nodev,noexec"]);
  for (const path of plan.readOnlyProc) lines.push([at(path), at(path), "none", "bind,ro"]);
  lines.push(
    ["sysfs", at("/sys"), "sysfs", "nosuid,nodev,noexec,ro"],
    [plan.devTemplate, at("/dev"), "none", "bind,ro,nosuid"],
    ...devices.map((name) => [`/dev/${name}`, at(`/dev/${name}`), "none", "bind"]),
    ["devpts", at("/dev/pts"), "devpts", "newinstance,ptmxmode=0666,mode=620,gid=5"],
    ["tmpfs", at("/dev/shm"), "tmpfs", "nosuid,nodev,mode=1777,size=64m"],
    [join(plan.directory, "run"), at("/run"), "none", "bind"],
    ...plan.hidden.map((path) => ["tmpfs", at(path), "tmpfs", "nosuid,nodev,mode=755,size=64k"]),
  );
  return table(lines);
}

/**
 * The fstab of the volumes. It is mounted inside the new root, with the host's tree at `hostView`, so that links in a
 * target, which a volume's content may hold, lead nowhere but into the container.
 */
export function volumeTable(volumes: readonly VolumeMount[]): string {
  return table(
    volumes.map(({ source, target, readOnly, options = [], isDirectory }) => {
      const all = ["rbind", ...(readOnly ? ["ro"] : []), ...options, ...(isDirectory ? ["X-mount.mkdir"] : [])];
      return [`/dev/${hostView}${source}`, target, "none", all.join(",")];
    }),
  );
}

function table(lines: readonly (readonly string[])[]): string {
  return lines
    .map(([source = "", target = "", type = "", options = ""]) => {
      return `${escapePath(source)} ${escapePath(target)} ${type} ${options} 0 0\n`;
    })
    .join("");
}
