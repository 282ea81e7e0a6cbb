import type { Duplex } from "node:stream";
import type { Clock } from "@ordinal/runtime";
import { StartError } from "../../pod-runtime.ts";
import { carries, killBelonging, killTree } from "../adopt/find-processes.ts";
import { helperMark, podMark, programMark, programMarks } from "../adopt/marks.ts";
import { isAlive } from "../adopt/process-stat.ts";
import type { HostTools } from "../commands/host-tools.ts";
import type { Backend, Command, Entrance, Launch, OpenPod } from "../core/backend.ts";
import type { RunPlace } from "../core/places.ts";
import { runRecord } from "../core/records.ts";
import type { RunRecord } from "../core/records.ts";
import { connectTcp } from "../network/connect-tcp.ts";
import { identityOptions } from "../sandbox/capabilities.ts";
import { entryScript } from "../shim/entry-script.ts";

export interface ProcessHost {
  readonly tools: HostTools;
  /** Whether processes may be given another user. */
  readonly isRoot: boolean;
}

/**
 * Pods as plain processes of the host, each with an address of its own to listen on, and nothing else: they see the
 * host's files, network and processes. What they started is found by its environment.
 */
export function createProcessBackend(host: ProcessHost, podCidr: string, clock: Clock): Backend {
  const { tools } = host;

  function entry(pod: OpenPod, place: RunPlace, { record, command }: { record: RunRecord; command: Command }): string {
    const env = { POD_IP: pod.address, HOSTNAME: pod.hostname, ...command.env, ...programMarks(pod.place, place) };
    const { workingDir } = record;
    return entryScript({ ...command, env, workingDir }, { ...tools, become: becomeUser(host, record) });
  }

  return {
    kind: "process",
    podCidr,
    hasTerminals: tools.script !== undefined,
    // An address of 127.0.0.0/8 is there without anybody's doing.
    openPod: async () => {},
    findOpen: async () => () => true,
    closePod: async (place) => await killBelonging({ mark: podMark(place) }, clock),
    sweep: async () => {},
    async prepareRun(pod, { place, spec }): Promise<Launch> {
      const record = runRecord(spec);
      return { beforeShim: [], beforeInit: [], init: entry(pod, place, { record, command: record }) };
    },
    entrance: ({ pod, place, record }, command): Entrance => {
      return { enter: [], script: entry(pod, place, { record, command }) };
    },
    async killRun({ place, process: first }) {
      // It may not be the program yet, and then has no mark.
      if (await isAlive(first)) await killTree(first.pid);
      const [mark, shim, except] = [programMark(place), first.parentPid, helperMark(place)];
      // The shim leads the session of its programs, and stays until they are gone; else its number may be another's.
      const session = (await carries(shim, except)) ? { session: { id: shim, except } } : {};
      await killBelonging({ mark, ...session }, clock);
    },
    releaseRun: async () => {},
    connect: async (pod, port): Promise<Duplex> => await connectTcp(pod.address, port),
    stop: async () => {},
    tearDown: async () => {},
  };
}

function becomeUser({ isRoot, tools }: ProcessHost, { user, groups = [] }: RunRecord): readonly string[] {
  if (user === undefined && groups.length > 0 && isRoot && tools.setpriv !== undefined) {
    return [tools.setpriv, ...identityOptions({ groups }), "--"];
  }
  if (user === undefined || (!isRoot && user.uid === process.getuid?.())) return [];
  if (!isRoot || tools.setpriv === undefined) {
    throw new StartError(`running as user ${user.uid} needs a daemon that runs as root, and the program setpriv(1)`);
  }
  return [tools.setpriv, ...identityOptions({ user, groups }), "--"];
}
