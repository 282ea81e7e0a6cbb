import type { Clock, Logger } from "@ordinal/runtime";
import {
  chooseRuntime,
  createProcessRuntime,
  createSandboxRuntime,
  openLeftVolumes,
  probeHost,
  type HostRuntime,
  type RuntimeKind,
} from "@ordinal/supervisor";
import type { DataDir } from "./data-dir.ts";
import type { RunFile } from "./run-file.ts";
import { addressAt, fixedAddresses } from "./service-addresses.ts";
import type { Settings } from "./settings.ts";
import { UsageError } from "./usage-error.ts";

/** How pods run here, and with which addresses. */
export interface OpenedRuntime {
  readonly runtime: HostRuntime;
  /** Why it is this one, in words for the user. */
  readonly reason: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Where pods ask for names. */
  readonly dnsAddress: string;
  /** The address of the `kubernetes` service. */
  readonly kubernetesAddress: string;
  /** What pods see as their host: the gateway of their network, where they have one. */
  readonly hostAddress: string;
}

export interface RuntimeSurroundings {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Ranges {
  readonly podCidr: string;
  readonly serviceCidr: string;
}

/** Loopback addresses where there are no networks of the pods' own. */
const defaultRanges: Readonly<Record<RuntimeKind, Ranges>> = {
  sandbox: { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" },
  process: { podCidr: "127.244.0.0/16", serviceCidr: "127.96.0.0/16" },
};

/** Picks the runtime, says why, and opens it. Throws UsageError when the one that is asked for cannot be had. */
export async function openPodRuntime(settings: Settings, surroundings: RuntimeSurroundings): Promise<OpenedRuntime> {
  const choice = chooseRuntime(settings.runtime, await probeHost(surroundings.dir.pods));
  if (!choice.ok) throw new UsageError(`${choice.message}; leave --runtime out, or use --runtime process`);
  const { podCidr = defaultRanges[choice.kind].podCidr, serviceCidr = defaultRanges[choice.kind].serviceCidr } =
    settings;
  if (choice.kind === "process") requireLoopback({ podCidr, serviceCidr });
  const { kubernetes, dns } = fixedAddresses(serviceCidr);
  const runtime = await create(choice.kind, { podCidr, serviceCidr, ...surroundings });
  const hostAddress = choice.kind === "sandbox" ? addressAt(podCidr, 1) : "127.0.0.1";
  const { reason } = choice;
  return { runtime, reason, podCidr, serviceCidr, dnsAddress: dns, kubernetesAddress: kubernetes, hostAddress };
}

/** Ends the pods that a daemon which is gone has left running. Gives back how many there were. */
export async function endLeftPods(run: RunFile, surroundings: RuntimeSurroundings): Promise<number> {
  const runtime = await create(run.runtime, { podCidr: run.podCidr, serviceCidr: run.serviceCidr, ...surroundings });
  try {
    const { dir, clock, log } = surroundings;
    const volumes = await openLeftVolumes({ runtime: run.runtime, dataDir: dir.root, clock, log });
    await volumes.thaw();
    const left = await runtime.adopt();
    await Promise.all(left.map(({ sandbox }) => runtime.closeSandbox(sandbox.podUid)));
    await volumes.unmount();
    return left.length;
  } finally {
    await runtime.tearDown();
  }
}

async function create(
  kind: RuntimeKind,
  { dir, podCidr, serviceCidr, clock, log }: RuntimeSurroundings & Ranges,
): Promise<HostRuntime> {
  const common = { stateDir: dir.pods, podCidr, clock, log };
  if (kind === "process") return await createProcessRuntime(common);
  return await createSandboxRuntime({ ...common, serviceCidr, hiddenPaths: [dir.root] });
}

/** Without networks of their own, pods can only have addresses that every machine has. */
function requireLoopback(ranges: Ranges): void {
  for (const [flag, range] of [
    ["--pod-cidr", ranges.podCidr],
    ["--service-cidr", ranges.serviceCidr],
  ]) {
    if (!range?.startsWith("127."))
      throw new UsageError(`${flag} ${range}: the process runtime needs a range in 127.0.0.0/8`);
  }
}
