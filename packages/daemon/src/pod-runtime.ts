import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { createSandboxRuntime, type PodRuntime } from "@ordinal/supervisor";
import type { DataDir } from "./data-dir.ts";
import type { RunFile } from "./run-file.ts";
import { fixedAddresses } from "./service-addresses.ts";
import type { Settings } from "./settings.ts";

/** How pods run here, and with which addresses. */
export interface OpenedRuntime {
  readonly runtime: PodRuntime & Stoppable;
  /** Why it is this one, in words for the user. */
  readonly reason: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** Where pods ask for names. */
  readonly dnsAddress: string;
  /** The address of the `kubernetes` service. */
  readonly kubernetesAddress: string;
}

interface Surroundings {
  readonly dir: DataDir;
  readonly clock: Clock;
  readonly log: Logger;
}

const ranges = {
  sandbox: { pods: "10.244.0.0/16", services: "10.96.0.0/16" },
  process: { pods: "127.244.0.0/16", services: "127.96.0.0/16" },
} as const;

export async function openPodRuntime(settings: Settings, { dir, clock, log }: Surroundings): Promise<OpenedRuntime> {
  const kind = "sandbox";
  const podCidr = settings.podCidr ?? ranges[kind].pods;
  const serviceCidr = settings.serviceCidr ?? ranges[kind].services;
  const { kubernetes, dns } = fixedAddresses(serviceCidr);
  const runtime = await createSandboxRuntime({
    stateDir: dir.pods,
    podCidr,
    serviceCidr,
    hiddenPaths: [dir.root],
    clock,
    log,
  });
  return { runtime, reason: "", podCidr, serviceCidr, dnsAddress: dns, kubernetesAddress: kubernetes };
}

export async function endLeftPods(run: RunFile, surroundings: Surroundings): Promise<number> {
  return await Promise.resolve(0);
}
