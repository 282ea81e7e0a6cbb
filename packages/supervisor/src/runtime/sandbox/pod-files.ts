import { copyFile, link, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { SandboxSpec } from "../../pod-runtime.ts";
import type { OpenPod } from "../core/backend.ts";
import type { PodPlace } from "../core/places.ts";
import { placeParents } from "./layers.ts";
import type { Layer } from "./layers.ts";

const names = ["resolv.conf", "hosts", "hostname"] as const;

/** Writes the files of /etc that belong to a pod. The text of /etc/hosts is the kubelet's. */
export async function writePodFiles({ place, address }: OpenPod, spec: SandboxSpec): Promise<void> {
  const hosts = [
    "# Kubernetes-managed hosts file.",
    "127.0.0.1\tlocalhost",
    "::1\tlocalhost ip6-localhost ip6-loopback",
    ...spec.hosts.map((line) => line.replaceAll("{address}", address)),
  ];
  await Promise.all([
    writeFile(join(place.directory, "resolv.conf"), spec.resolvConf, { mode: 0o644 }),
    writeFile(join(place.directory, "hosts"), `${hosts.join("\n")}\n`, { mode: 0o644 }),
    writeFile(join(place.directory, "hostname"), `${spec.hostname}\n`, { mode: 0o644 }),
  ]);
}

/** Puts them into a container's layers: the very same files, so that what one container writes there the others see. */
export async function linkPodFiles(place: PodPlace, layers: readonly Layer[]): Promise<void> {
  const etc = dirname(await placeParents(layers, "/etc/hosts"));
  await Promise.all(names.map(async (name) => await linkOrCopy(join(place.directory, name), join(etc, name))));
}

/** Layers in memory are on another file system. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!hasCode(error, "EXDEV")) throw error;
    await copyFile(from, to);
  }
}
