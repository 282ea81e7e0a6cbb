import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Pod } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import { hostsLines, podHostname } from "../environment/hosts.ts";
import { resolvConf } from "../environment/resolv-conf.ts";
import type { Sandbox } from "../pod-runtime.ts";
import { mountVolumes, type MountedVolumes } from "../volumes/mount-volumes.ts";
import { createApiSources } from "./api-sources.ts";
import type { PodEvents } from "./pod-events.ts";
import type { WorkerContext } from "./worker-context.ts";

const retryMs = 500;

/** A pod's volumes and its sandbox: what has to be there before any container can start. */
export class PodSandbox {
  readonly #context: WorkerContext;
  readonly #events: PodEvents;
  #sandbox: Sandbox | undefined;
  #volumes: MountedVolumes | undefined;
  #lastFailure = "";
  /** When to try again after a failure; undefined while nothing has failed. */
  retryAtMs: number | undefined;

  constructor(context: WorkerContext, events: PodEvents) {
    this.#context = context;
    this.#events = events;
  }

  /** The pod's own address; undefined while there is no sandbox. */
  get address(): string | undefined {
    return this.#sandbox?.address;
  }

  adopt(sandbox: Sandbox): void {
    this.#sandbox = sandbox;
  }

  /** Sets up the volumes and opens the sandbox. False when something stands in the way, which an event tells. */
  async open(pod: Pod): Promise<boolean> {
    if ((await this.volumes(pod)) === undefined) return false;
    const { runtime, settings } = this.#context;
    const { uid, namespace = "", name } = pod.metadata;
    try {
      this.#sandbox = await runtime.openSandbox({
        podUid: uid,
        namespace,
        name,
        hostname: podHostname(pod),
        resolvConf: resolvConf(pod, settings),
        hosts: hostsLines(pod, settings.clusterDomain),
      });
    } catch (error) {
      this.#failed(describeError(error), (message) => this.#events.failedSandbox(message));
      return false;
    }
    this.retryAtMs = undefined;
    return true;
  }

  /** The pod's volumes, set up when they are not yet; undefined when one cannot be, which an event tells. */
  async volumes(pod: Pod): Promise<MountedVolumes | undefined> {
    if (this.#volumes !== undefined) return this.#volumes;
    const { client, settings, volumeHost, persistentVolumes } = this.#context;
    const mounted = await mountVolumes(pod, {
      facts: { podIP: this.address ?? "", hostIP: settings.hostIP },
      capacity: settings.capacity,
      sources: createApiSources(client, pod.metadata.namespace ?? ""),
      host: volumeHost,
      persistentVolumes,
      directory: join(settings.podDirectory(pod.metadata.uid), "volumes"),
    });
    if (!mounted.ok) {
      this.#failed(mounted.error, (message) => this.#events.failedMount(message));
      return undefined;
    }
    this.retryAtMs = undefined;
    this.#volumes = mounted.value;
    return mounted.value;
  }

  /** Ends the sandbox; with `andFiles` the pod's own directory goes too, and emptyDir volumes with it. */
  async close(pod: Pod, { andFiles }: { readonly andFiles: boolean }): Promise<void> {
    const { runtime, settings } = this.#context;
    await runtime.closeSandbox(pod.metadata.uid);
    this.#sandbox = undefined;
    if (andFiles) await rm(settings.podDirectory(pod.metadata.uid), { recursive: true, force: true });
  }

  #failed(message: string, tell: (message: string) => void): void {
    this.retryAtMs = this.#context.clock.now() + retryMs;
    if (message !== this.#lastFailure) tell(message);
    this.#lastFailure = message;
  }
}
