import { isAbsolute, join, normalize } from "node:path";

/** Whatever lies in these is the system's. */
const systemTrees = ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr"];
/** These hold what is others', below them may be volumes. */
const sharedDirectories = ["/", "/home", "/media", "/mnt", "/opt", "/root", "/run", "/srv", "/tmp", "/var"];
const belowVar = ["/var/cache", "/var/lib", "/var/lock", "/var/log", "/var/run", "/var/spool", "/var/tmp"];

export interface Precious {
  /** Ordinal's own directory, of which only what is below `volumes/` may be scrubbed. Absolute. */
  readonly dataDir: string;
  /** Directories that may neither be scrubbed nor be inside of what is: a home directory, say. Absolute. */
  readonly others: readonly string[];
}

/** Why a path must not be scrubbed, whatever a volume says, or undefined. */
export function scrubRefusal(given: string, { dataDir, others }: Precious): string | undefined {
  const path = withoutSlash(given);
  if (!isAbsolute(path) || withoutSlash(normalize(path)) !== path) return "it is not a plain absolute path";
  if ([...sharedDirectories, ...belowVar].includes(path)) return "it is not a directory of one volume";
  if (systemTrees.some((tree) => isIn(path, tree))) return "it belongs to the system";
  const holds = [dataDir, ...others].find((each) => isIn(each, path));
  if (holds !== undefined) return `it holds ${holds}`;
  const volumes = join(dataDir, "volumes");
  if (isIn(path, dataDir) && (path === volumes || !isIn(path, volumes))) return `it belongs to Ordinal's ${dataDir}`;
  return undefined;
}

function isIn(path: string, tree: string): boolean {
  return path === tree || path.startsWith(tree === "/" ? tree : `${tree}/`);
}

/** A path as directories are compared: without a slash at its end. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
