import type { Duplex } from "node:stream";
import { hasCode } from "@ordinal/runtime";
import type { Clock } from "@ordinal/runtime";
import { isAlive } from "../adopt/process-stat.ts";
import { sendSignal } from "../adopt/send-signal.ts";
import { mustRun, runCommand } from "../commands/run-command.ts";
import type { Backend, Command, Entrance, RunProcesses } from "../core/backend.ts";
import type { PodPlace } from "../core/places.ts";
import type { RunRecord } from "../core/records.ts";
import { connectTcp } from "../network/connect-tcp.ts";
import { createDialer } from "../network/dialer.ts";
import type { Dialer } from "../network/dialer.ts";
import type { PodNetwork } from "../network/plan-network.ts";
import { readLinks, removeNetwork } from "../network/set-up-network.ts";
import { entryScript } from "../shim/entry-script.ts";
import { becomeCommand } from "./capabilities.ts";
import { writePodFiles } from "./pod-files.ts";
import { enterNetwork, findNamespaces, linkName, makeNamespaces, removeNamespaces } from "./pod-namespaces.ts";
import { prepareRun } from "./prepare-run.ts";
import type { SandboxHost } from "./prepare-run.ts";

/** Pods with network, hostname, processes and file system of their own. Everything it needs has been set up. */
export function createSandboxBackend(host: SandboxHost, network: PodNetwork, clock: Clock): Backend {
  const { tools } = host;
  const dialers = new Map<string, Dialer>();

  function dialerOf(place: PodPlace): Dialer {
    const dialer = dialers.get(place.podUid) ?? createDialer(enterNetwork(tools, place), clock);
    dialers.set(place.podUid, dialer);
    return dialer;
  }

  function stopDialer(podUid: string): void {
    dialers.get(podUid)?.stop();
    dialers.delete(podUid);
  }

  return {
    kind: "sandbox",
    podCidr: network.podCidr,
    hasTerminals: tools.script !== undefined,
    async openPod(pod, spec) {
      await writePodFiles(pod, spec);
      const { bridge, prefixLength, gateway } = network;
      await makeNamespaces(tools, pod, { bridge, address: pod.address, prefixLength, gateway });
    },
    findOpen: findNamespaces,
    async closePod(place) {
      stopDialer(place.podUid);
      await removeNamespaces(tools, place);
    },
    async sweep(podUids) {
      await mendLinks(tools.ip, { bridge: network.bridge, podUids });
    },
    prepareRun: async (pod, run) => await prepareRun(host, pod, run),
    entrance: (run, command) => entranceOf(host, run, command),
    async killRun({ process }) {
      // With the first process of a PID namespace go all others, however they were started.
      if (await isAlive(process)) sendSignal(process.pid, "SIGKILL");
    },
    releaseRun: async (place) => await host.room.release(place),
    async connect(pod, port): Promise<Duplex> {
      try {
        return await connectTcp(pod.address, port);
      } catch (error) {
        if (!hasCode(error, "ECONNREFUSED")) throw error;
        // It may listen on its localhost only.
        return await dialerOf(pod.place).dial(port);
      }
    },
    async stop() {
      for (const podUid of dialers.keys()) stopDialer(podUid);
    },
    async tearDown() {
      await removeNetwork(tools.ip, network);
      await host.room.tearDown();
    },
  };
}

function entranceOf(
  { tools, capabilities }: SandboxHost,
  { process, record }: RunProcesses & { readonly record: RunRecord },
  { argv, env, tty }: Command,
): Entrance {
  const become = becomeCommand(tools.setpriv, { ...record, capabilities });
  return {
    enter: [tools.nsenter, "-t", String(process.pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--"],
    script: entryScript({ argv, env, tty, workingDir: record.workingDir }, { ...tools, become }),
  };
}

/** Links on the bridge that are no pod's go, and those of pods that have come off it are put back. */
async function mendLinks(
  ip: string,
  { bridge, podUids }: { readonly bridge: string; readonly podUids: ReadonlySet<string> },
): Promise<void> {
  const links = await readLinks(ip);
  const wanted = new Set([...podUids].map(linkName));
  const loose = links.filter(({ name, master }) => wanted.has(name) && master !== bridge);
  for (const { name } of loose) await mustRun([ip, "link", "set", name, "master", bridge, "up"]);
  const stray = links.filter(({ name, master }) => master === bridge && !wanted.has(name));
  for (const { name } of stray) await runCommand([ip, "link", "del", name]);
}
