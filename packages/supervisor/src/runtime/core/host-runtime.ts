import { mkdir } from "node:fs/promises";
import type { Duplex } from "node:stream";
import type { Stoppable } from "@ordinal/runtime";
import { StartError } from "../../pod-runtime.ts";
import type { Adopted, ExecSpec, LogOptions, PodRuntime, RunId, RunSpec, RunState } from "../../pod-runtime.ts";
import type { Sandbox, SandboxSpec, Session } from "../../pod-runtime.ts";
import { adoptPods } from "../adopt/adopt-pods.ts";
import { removePod } from "../adopt/remove-pod.ts";
import { findProgram } from "../commands/find-program.ts";
import { systemPath } from "../commands/run-command.ts";
import { writeWhole } from "../commands/write-whole.ts";
import { startExec } from "../exec/exec-session.ts";
import { readLog, readTail } from "../logs/read-log.ts";
import { attachTo } from "./attach-session.ts";
import type { Backend } from "./backend.ts";
import type { RuntimeContext } from "./create-runtime.ts";
import { createKeyedQueue } from "./keyed-queue.ts";
import { launchRun } from "./launch-run.ts";
import { createRun } from "./create-run.ts";
import { podPlace, runPlace } from "./places.ts";
import { runKey } from "./pods.ts";
import type { Pod } from "./pods.ts";
import { runRecord } from "./records.ts";
import type { SandboxRecord } from "./records.ts";
import type { Run } from "./run.ts";

type ExitListener = (run: RunId, state: RunState) => void;

/** Everything about pods that does not depend on how they are kept apart. */
export class HostRuntime implements PodRuntime, Stoppable {
  readonly kind: "sandbox" | "process";
  readonly #backend: Backend;
  readonly #context: RuntimeContext;
  readonly #pods = new Map<string, Pod>();
  readonly #queue = createKeyedQueue();
  readonly #listeners = new Set<ExitListener>();

  constructor(backend: Backend, context: RuntimeContext) {
    this.kind = backend.kind;
    this.#backend = backend;
    this.#context = context;
  }

  async adopt(): Promise<readonly Adopted[]> {
    const pods = await adoptPods(this.#backend, this.#context);
    for (const pod of pods) {
      this.#pods.set(pod.place.podUid, pod);
      for (const run of pod.runs.values()) this.#watch(run);
    }
    await this.#backend.sweep(new Set(this.#pods.keys()));
    return pods.map((pod) => ({
      sandbox: sandboxOf(pod),
      runs: [...pod.runs.values()].map(({ id, state }) => ({ id, state })),
    }));
  }

  async openSandbox(spec: SandboxSpec): Promise<Sandbox> {
    return await this.#queue.run(spec.podUid, async () => {
      const pod = this.#pods.get(spec.podUid) ?? (await this.#open(spec));
      return sandboxOf(pod);
    });
  }

  async #open(spec: SandboxSpec): Promise<Pod> {
    const { stateDir, addresses, bootId } = this.#context;
    const { podUid, namespace, name, hostname } = spec;
    const place = podPlace(stateDir, podUid);
    const address = await addresses.take();
    const pod: Pod = { place, address, hostname, runs: new Map(), starting: new Set() };
    try {
      await removePod(place, { backend: this.#backend, ...this.#context });
      await mkdir(place.directory, { recursive: true });
      await this.#backend.openPod(pod, spec);
      const record: SandboxRecord = { podUid, namespace, name, hostname, address, bootId };
      await writeWhole(place.record, JSON.stringify(record));
    } catch (error) {
      await removePod(place, { backend: this.#backend, ...this.#context });
      addresses.giveBack(address);
      throw error;
    }
    this.#pods.set(podUid, pod);
    return pod;
  }

  async closeSandbox(podUid: string): Promise<void> {
    await this.#queue.run(podUid, async () => {
      const pod = this.#pods.get(podUid);
      this.#pods.delete(podUid);
      if (pod !== undefined) {
        await Promise.allSettled(pod.starting);
        await Promise.all([...pod.runs.values()].map((run) => run.kill()));
      }
      const place = podPlace(this.#context.stateDir, podUid);
      await removePod(place, { backend: this.#backend, ...this.#context, known: pod !== undefined });
      if (pod !== undefined) this.#context.addresses.giveBack(pod.address);
    });
  }

  async start(spec: RunSpec): Promise<RunState> {
    const pod = this.#pods.get(spec.podUid);
    if (pod === undefined) throw new StartError(`the sandbox of pod ${spec.podUid} is not open`);
    if (spec.tty && !this.#backend.hasTerminals) throw new StartError("a tty needs the program script(1)");
    const started = this.#queue.run(`${spec.podUid}/${spec.container}`, async () => {
      const run = pod.runs.get(runKey(spec)) ?? (await this.#start(pod, spec));
      return run.state;
    });
    pod.starting.add(started);
    try {
      return await started;
    } finally {
      pod.starting.delete(started);
    }
  }

  async #start(pod: Pod, spec: RunSpec): Promise<Run> {
    const { podUid, container, attempt } = spec;
    await this.#keepOnlyPrevious(pod, spec);
    const place = runPlace(pod.place, spec);
    const launched = await launchRun({ backend: this.#backend, ...this.#context }, { pod, place, spec });
    const run = createRun(
      { id: { podUid, container, attempt }, place, record: runRecord(spec), pod, launched },
      { backend: this.#backend, ...this.#context },
    );
    await run.open();
    pod.runs.set(runKey(spec), run);
    this.#watch(run);
    return run;
  }

  /** Of a container's earlier runs the last one stays, for its log. */
  async #keepOnlyPrevious(pod: Pod, { container, attempt }: RunSpec): Promise<void> {
    for (const [key, { id, place }] of pod.runs) {
      if (id.container !== container || id.attempt >= attempt) continue;
      await this.#backend.releaseRun(place);
      if (id.attempt === attempt - 1) continue;
      pod.runs.delete(key);
      await this.#context.trash.remove(place.directory);
    }
  }

  #watch(run: Run): void {
    if (run.state.is === "exited") return;
    void run.ended.then(() => {
      for (const listener of this.#listeners) listener(run.id, run.state);
    });
  }

  stateOf(id: RunId): RunState | undefined {
    return this.#find(id)?.state;
  }

  onExit(listener: ExitListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  signal(id: RunId, name: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGQUIT" | "SIGHUP"): boolean {
    return this.#find(id)?.signal(name) ?? false;
  }

  async kill(id: RunId): Promise<void> {
    await this.#find(id)?.kill();
  }

  async exec({ run: id, argv, tty, stdin, env = {} }: ExecSpec): Promise<Session> {
    const run = this.#find(id);
    if (run === undefined || run.state.is !== "running") throw new StartError("the container is not running");
    if (tty && !this.#backend.hasTerminals) throw new StartError("a tty needs the program script(1)");
    const entrance = this.#backend.entrance(run, { argv, env: { ...run.record.env, ...env }, tty });
    const { pool, clock, log } = this.#context;
    return await startExec({ ...entrance, tty, stdin, directory: run.place.directory, pool, clock, log });
  }

  async attach(id: RunId): Promise<Session> {
    const run = this.#find(id);
    if (run === undefined) throw new StartError("the container is not there");
    return await attachTo(run, this.#context);
  }

  async *logs(id: RunId, options: LogOptions & { readonly signal: AbortSignal }): AsyncGenerator<Uint8Array> {
    const run = this.#find(id);
    // A program that could not be started has said nothing, as with container runtimes.
    if (run === undefined) return;
    yield* readLog(run.log, { ...options, now: () => this.#context.clock.now() });
  }

  async logTail(id: RunId, bytes: number): Promise<string> {
    const run = this.#find(id);
    return run === undefined ? "" : await readTail(run.log, bytes);
  }

  async connect(podUid: string, port: number): Promise<Duplex> {
    const pod = this.#pods.get(podUid);
    if (pod === undefined) throw new Error(`the sandbox of pod ${podUid} is not open`);
    return await this.#backend.connect(pod, port);
  }

  async which(program: string, searchPath: string = systemPath): Promise<string | undefined> {
    return await findProgram(program, searchPath);
  }

  /** Lets go of everything; pods go on running. */
  async stop(): Promise<void> {
    for (const pod of this.#pods.values()) {
      for (const run of pod.runs.values()) run.stop();
    }
    this.#listeners.clear();
    await this.#backend.stop();
    await this.#context.trash.emptied();
  }

  /** Removes what all pods share, such as the network between them. Rejects while there is a pod. */
  async tearDown(): Promise<void> {
    if (this.#pods.size > 0) throw new Error(`${this.#pods.size} pods still need the network`);
    await this.stop();
    await this.#backend.tearDown();
  }

  #find(id: RunId): Run | undefined {
    return this.#pods.get(id.podUid)?.runs.get(runKey(id));
  }
}

function sandboxOf({ place, address }: Pod): Sandbox {
  return { podUid: place.podUid, address };
}
