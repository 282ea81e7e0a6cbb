import type { Pod } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import { hostsLines, podHostname } from "../environment/hosts.ts";
import { resolvConf } from "../environment/resolv-conf.ts";
import type { Sandbox } from "../pod-runtime.ts";
import { limitedVolumes } from "../volumes/empty-dir/limits.ts";
import { objectReferences } from "../volumes/objects/references.ts";
import { PodVolumes, type MountedVolumes } from "../volumes/pod-volumes.ts";
import { createApiSources } from "./api-sources.ts";
import type { PodEvents } from "./pod-events.ts";
import type { WorkerContext } from "./worker-context.ts";

const retryMs = 500;

/** A pod's volumes and its sandbox: what has to be there before any container can start. */
export class PodSandbox {
  readonly #context: WorkerContext;
  readonly #events: PodEvents;
  #sandbox: Sandbox | undefined;
  #volumes: PodVolumes | undefined;
  #lastFailure = "";
  #openAgainAtMs: number | undefined;

  constructor(context: WorkerContext, events: PodEvents) {
    this.#context = context;
    this.#events = events;
  }

  /** The pod's own address; undefined while there is no sandbox. */
  get address(): string | undefined {
    return this.#sandbox?.address;
  }

  /** When to try again after a failure; undefined while nothing has failed. */
  get retryAtMs(): number | undefined {
    const times = [this.#openAgainAtMs, this.#volumes?.retryAtMs].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
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
      this.#failed(describeError(error));
      return false;
    }
    this.#openAgainAtMs = undefined;
    return true;
  }

  /** The pod's volumes, set up when they are not yet; undefined while one is missing, which an event tells. */
  async volumes(pod: Pod): Promise<MountedVolumes | undefined> {
    if (this.#volumes === undefined) {
      this.#volumes = this.#createVolumes(pod);
      // What changes from now on must not be missed by the first look.
      this.#context.objects.follow(pod.metadata.uid, objectReferences(pod));
    }
    const mounted = await this.#volumes.setUp(pod);
    if (mounted !== undefined) this.#watchLimits(pod);
    return mounted;
  }

  /** An object has changed that files of the pod's volumes are made from. */
  invalidate(pod: Pod): void {
    this.#volumes?.invalidate(pod);
  }

  /** Lets go of a pod that has finished: its object stays, its volumes are for others. Source: kubelet `volume_manager`. */
  async releaseVolumes(pod: Pod): Promise<void> {
    await this.#stopVolumes(pod.metadata.uid);
    await this.#context.nodeVolumes.remove(pod.metadata.uid, "volumes");
  }

  /** Ends the sandbox and unmounts the volumes; with `andFiles` the pod's own directory goes too, and its emptyDirs with it. */
  async close(pod: Pod, { andFiles }: { readonly andFiles: boolean }): Promise<void> {
    const { runtime, nodeVolumes } = this.#context;
    const { uid } = pod.metadata;
    await this.#stopVolumes(uid);
    await runtime.closeSandbox(uid);
    this.#sandbox = undefined;
    await nodeVolumes.remove(uid, andFiles ? "all" : "keep");
  }

  /** Stops following the volumes, and leaves them as they are. */
  async release(pod: Pod): Promise<void> {
    await this.#stopVolumes(pod.metadata.uid);
  }

  #createVolumes(pod: Pod): PodVolumes {
    const { client, settings, volumeHost, nodeVolumes, clock } = this.#context;
    const { uid, namespace = "" } = pod.metadata;
    return new PodVolumes({
      facts: { podIP: this.address ?? "", hostIP: settings.hostIP },
      capacity: settings.capacity,
      sources: createApiSources(client, namespace),
      host: volumeHost,
      persistentVolumes: nodeVolumes,
      clock,
      podDirectory: settings.podDirectory(uid),
      onFailedMount: (message) => this.#events.failedMount(message),
      onSlowOwnership: (message) => this.#events.slowOwnership(message),
      onChange: () => this.#context.enqueue(uid),
    });
  }

  #watchLimits(pod: Pod): void {
    const { settings, emptyDirLimits } = this.#context;
    const { uid } = pod.metadata;
    emptyDirLimits.watch(uid, limitedVolumes(pod, settings.podDirectory(uid)));
  }

  async #stopVolumes(podUid: string): Promise<void> {
    this.#context.objects.forget(podUid);
    this.#context.emptyDirLimits.forget(podUid);
    await this.#volumes?.stop();
    this.#volumes = undefined;
  }

  #failed(message: string): void {
    this.#openAgainAtMs = this.#context.clock.now() + retryMs;
    if (message !== this.#lastFailure) this.#events.failedSandbox(message);
    this.#lastFailure = message;
  }
}
