import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, hostname, platform, release, totalmem } from "node:os";
import { hasCode } from "@ordinal/runtime";
import type { Machine } from "./node-object.ts";

const goArchitectures: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** Reads what the Node object says about this machine. `dataDir` names the disk that counts. */
export async function readMachine(dataDir: string): Promise<Machine> {
  const [{ blocks, bsize }, osRelease, bootId, machineId] = await Promise.all([
    statfs(dataDir),
    readIfThere("/etc/os-release"),
    readIfThere("/proc/sys/kernel/random/boot_id"),
    readIfThere("/etc/machine-id"),
  ]);
  return {
    hostname: hostname(),
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    diskBytes: blocks * bsize,
    kernelVersion: release(),
    osImage: /^PRETTY_NAME="?(?<name>[^"\n]*)"?$/m.exec(osRelease)?.groups?.["name"] ?? platform(),
    architecture: goArchitectures[arch()] ?? arch(),
    operatingSystem: platform(),
    bootId: bootId.trim(),
    machineId: machineId.trim(),
  };
}

/** Empty where the system has no such file. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "EACCES")) return "";
    throw error;
  }
}
