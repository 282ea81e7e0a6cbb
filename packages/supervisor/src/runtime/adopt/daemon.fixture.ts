/*
 * A daemon to be killed: opens a runtime of the kind and in the directory it is told, and runs what it is asked to, or
 * dies in the middle of it. Reports over IPC.
 */
import type { RunSpec, SandboxSpec } from "../../pod-runtime.ts";
import { openRuntime } from "../runtime.fixture.ts";
import type { Kind } from "../runtime.fixture.ts";

/** What the daemon is asked for. */
export interface Order {
  readonly sandbox: SandboxSpec;
  readonly run?: RunSpec;
}

const [kind, directory] = process.argv.slice(2) as [Kind, string];
const runtime = await openRuntime(kind, directory, { segmentBytes: 4096, segments: 3 });
await runtime.adopt();

process.on("message", ({ sandbox, run }: Order) => {
  void (async () => {
    const opened = await runtime.openSandbox(sandbox);
    const state = run === undefined ? undefined : await runtime.start(run);
    process.send?.({ opened, state });
  })();
});
process.send?.("ready");
