import { isWithin } from "./mount-info.ts";
import type { MountPoint } from "./mount-info.ts";

/** File systems that hold no programs. */
const virtual = new Set(
  (
    "autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fuse.gvfsd-fuse fuse.portal fusectl hugetlbfs " +
    "mqueue nsfs proc pstore ramfs rpc_pipefs securityfs selinuxfs squashfs sysfs tmpfs tracefs vfat"
  ).split(" "),
);

/** These are the container's own, or nobody's. */
const own = ["/proc", "/sys", "/dev", "/run", "/boot"];

/**
 * The mounts, besides `/`, that a container needs a view of, because an overlay of `/` shows only the file system of
 * `/`: separate file systems for /usr, /home and the like, and any that one of the `needed` paths lies on. Parents come
 * before what is mounted in them, and a path is in the list once.
 */
export function planRoot(
  mounts: readonly MountPoint[],
  { hidden, needed }: { readonly hidden: readonly string[]; readonly needed: readonly string[] },
): readonly string[] {
  const wanted = mounts.filter(({ path, fileSystem }) => {
    // An overlay's options could not name it.
    if (/[:,\\]/.test(path)) return false;
    if (path === "/" || own.some((each) => isWithin(path, each))) return false;
    if (needed.some((each) => mountOf(mounts, each) === path)) return true;
    if (hidden.some((each) => isWithin(path, each))) return false;
    return !virtual.has(fileSystem) && !fileSystem.startsWith("fuse");
  });
  return [...new Set(wanted.map(({ path }) => path))].toSorted((a, b) => a.length - b.length);
}

/** The hidden paths that a container would see, given the mounts it has. */
export function planHidden(
  mounts: readonly MountPoint[],
  { hidden, seen }: { readonly hidden: readonly string[]; readonly seen: readonly string[] },
): readonly string[] {
  return hidden.filter((path) => {
    const mount = mountOf(mounts, path);
    return mount === undefined || mount === "/" || seen.includes(mount);
  });
}

function mountOf(mounts: readonly MountPoint[], path: string): string | undefined {
  const around = mounts.filter((mount) => isWithin(path, mount.path));
  return around.toSorted((a, b) => b.path.length - a.path.length).at(0)?.path;
}
