import { constants } from "node:fs";
import { access, chmod, mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import fsExtra from "fs-extra";
import { UsageError } from "./usage-error.ts";

/** Where everything lies below the data directory; users and tests rely on these names. */
export interface DataDir {
  readonly root: string;
  readonly kubeconfig: string;
  readonly pidFile: string;
  /** Port, runtime and addresses of the running daemon, for `ordinal status`. */
  readonly runFile: string;
  /** What the companions say about themselves: their processes, where they serve. */
  readonly dnsRecord: string;
  readonly proxyRecord: string;
  readonly store: string;
  readonly pods: string;
  readonly volumes: string;
  readonly log: string;
  readonly pki: string;
  /** The same access as the kubeconfig, for our own processes, which spare themselves a YAML parser. */
  readonly companionAccess: string;
}

/** The paths, without touching the disk. */
export function dataDirAt(root: string): DataDir {
  return {
    root,
    kubeconfig: join(root, "kubeconfig"),
    pidFile: join(root, "ordinal.pid"),
    runFile: join(root, "run.json"),
    dnsRecord: join(root, "dns.json"),
    proxyRecord: join(root, "proxy.json"),
    store: join(root, "store"),
    pods: join(root, "pods"),
    volumes: join(root, "volumes"),
    log: join(root, "log"),
    pki: join(root, "pki"),
    companionAccess: join(root, "pki/kubeconfig.json"),
  };
}

/** Makes what is missing. The root is open to look through, because volumes are the users'; the rest is private. */
export async function openDataDir(root: string): Promise<DataDir> {
  const dir = dataDirAt(root);
  try {
    await makeDirectory(root);
    await access(root, constants.W_OK | constants.X_OK);
    for (const path of [dir.store, dir.pods, dir.log, dir.pki]) {
      await fsExtra.ensureDir(path);
      await chmod(path, 0o700);
    }
    await fsExtra.ensureDir(dir.volumes);
    return dir;
  } catch (error) {
    throw unusable(root, error);
  }
}

/** Step by step, because the recursive mkdir of the platform never comes back where a parent takes no children (/proc). */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, "EEXIST") && (await stat(path)).isDirectory()) return;
    if (!hasCode(error, "ENOENT") || (await fsExtra.pathExists(dirname(path)))) throw error;
    await makeDirectory(dirname(path));
    await mkdir(path);
  }
}

function unusable(root: string, error: unknown): unknown {
  const remedy = "give a directory you own with --data-dir DIR";
  if (hasCode(error, "EACCES", "EPERM"))
    return new UsageError(`data directory ${root}: no permission to write; ${remedy}`, { cause: error });
  if (hasCode(error, "EROFS"))
    return new UsageError(`data directory ${root}: the file system is read-only; ${remedy}`, { cause: error });
  if (hasCode(error, "ENOTDIR", "EEXIST"))
    return new UsageError(`data directory ${root}: a file is in the way; ${remedy}`, { cause: error });
  if (hasCode(error, "ENOENT"))
    return new UsageError(`data directory ${root}: no directory can be made there; ${remedy}`, { cause: error });
  if (hasCode(error, "ENOSPC", "EDQUOT"))
    return new UsageError(`data directory ${root}: the disk is full; free some space or ${remedy}`, { cause: error });
  return error;
}
