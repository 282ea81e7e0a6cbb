import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Adopted, RunId, RunState } from "../../pod-runtime.ts";
import { runCommand } from "../commands/run-command.ts";
import type { HostRuntime } from "../core/host-runtime.ts";
import { describeInOuterNamespace } from "../outer-namespace.fixture.ts";
import {
  endOf,
  execIn,
  logOf,
  only,
  openRuntime,
  runId,
  runSpec,
  sandboxSpec,
  temporaryDirectory,
  until,
} from "../runtime.fixture.ts";
import type { Kind } from "../runtime.fixture.ts";
import type { Order } from "./daemon.fixture.ts";
import { isAlive, parseStat } from "./process-stat.ts";

for (const kind of ["process", "sandbox"] as const) {
  describeFor(kind, () => {
    let directory: string;
    let daemon: ChildProcess;
    let runtime: HostRuntime | undefined;

    beforeEach(async () => {
      directory = await temporaryDirectory();
      daemon = fork(`${import.meta.dirname}/daemon.fixture.ts`, [kind, directory]);
      await once(daemon, "message");
    });
    afterEach(async () => {
      await killDaemon();
      const last = runtime ?? (await openRuntime(kind, directory));
      runtime = undefined;
      await last.adopt();
      for (const podUid of await podsIn(directory)) await last.closeSandbox(podUid);
      await last.tearDown();
      await rm(directory, { recursive: true });
    });

    const order = async (wanted: Order): Promise<{ readonly state: RunState }> => {
      daemon.send(wanted);
      const [answer] = (await once(daemon, "message")) as [{ readonly state: RunState }];
      return answer;
    };
    const killDaemon = async (): Promise<void> => {
      if (daemon.exitCode !== null || daemon.signalCode !== null) return;
      daemon.kill("SIGKILL");
      await once(daemon, "exit");
    };
    const restart = async (): Promise<readonly Adopted[]> => {
      await killDaemon();
      runtime = await openRuntime(kind, directory, { segmentBytes: 4096, segments: 3 });
      return await runtime.adopt();
    };
    const reopened = (): HostRuntime => only(runtime);

    it("K19 takes over running pods after a SIGKILL of the daemon, with all they can do", async () => {
      const spec = runSpec("pod", "while read -r line; do echo got $line; done; exit 8", {
        stdin: true,
        stdinOnce: true,
      });
      const { state } = await order({ sandbox: sandboxSpec("pod"), run: spec });
      const adopted = await restart();
      expect(adopted).to.have.length(1);
      expect(adopted[0]?.runs).to.deep.equal([{ id: runId(spec), state }]);
      expect((await execIn(reopened(), spec, "echo $PATH")).stdout).to.equal(`${only(spec.env["PATH"])}\n`);
      const session = await reopened().attach(spec);
      only(session.stdin).write("it\n");
      await until(session, "got it");
      only(session.stdin).end();
      expect(await session.exitCode).to.equal(8);
      const next = await reopened().openSandbox(sandboxSpec("next"));
      expect(next.address).not.to.equal(adopted[0]?.sandbox.address);
    });

    it("K19 tells of an exit while the daemon was dead, with its code", async () => {
      const spec = runSpec("pod", "read -r line; echo last words; exit 5", { stdin: true, stdinOnce: true });
      const { state } = await order({ sandbox: sandboxSpec("pod"), run: spec });
      await killDaemon();
      const place = join(directory, "pods/pod/sandbox/runs/main/0");
      await writeFile(join(place, "in"), "go\n");
      await gone(only(state.is === "running" ? state.pid : undefined));
      const adopted = await restart();
      const found = adopted[0]?.runs[0]?.state;
      expect(found).to.include({ is: "exited", code: 5, lost: false });
      expect(await logOf(reopened(), spec)).to.equal("last words\n");
    });

    it("K19 tells at once of an exit of an adopted run", async () => {
      const spec = runSpec("pod", "trap 'exit 7' TERM; echo on; while :; do sleep 0.01; done");
      await order({ sandbox: sandboxSpec("pod"), run: spec });
      await restart();
      await until(await reopened().attach(spec), "on");
      const ended = endOf(reopened(), spec);
      reopened().signal(spec, "SIGTERM");
      expect(await ended).to.include({ code: 7, lost: false });
    });

    it("K26 calls a run lost whose shim was killed, and leaves nothing of it", async () => {
      const spec = runSpec("pod", "exec sleep 2001");
      const { state } = await order({ sandbox: sandboxSpec("pod"), run: spec });
      const pid = only(state.is === "running" ? state.pid : undefined);
      await restart();
      const shim = only(parseStat(await readFile(`/proc/${pid}/stat`, "utf8"))).parentPid;
      const ended = endOf(reopened(), spec);
      process.kill(shim, "SIGKILL");
      expect(await ended).to.include({ code: 137, lost: true });
      await gone(pid);
    });

    it("K11 loses nothing of a log that is written while no daemon is there", async () => {
      const spec = runSpec(
        "pod",
        "read -r line; i=0; while [ $i -lt 200 ]; do echo line $i; i=$((i + 1)); done; exec sleep 100",
        { stdin: true },
      );
      await order({ sandbox: sandboxSpec("pod"), run: spec });
      await killDaemon();
      await writeFile(join(directory, "pods/pod/sandbox/runs/main/0/in"), "go\n");
      await restart();
      const said = await until(await reopened().attach(spec), "line 199");
      expect(said).to.equal(`${Array.from({ length: 200 }, (_, i) => `line ${i}`).join("\n")}\n`);
    });

    for (const [what, damage] of [
      ["without a record", async (place: string) => await rm(join(place, "sandbox.json"))],
      ["with half a record", async (place: string) => await writeFile(join(place, "sandbox.json"), '{"podUid":"po')],
      [
        "of an earlier boot",
        async (place: string) => {
          const record = JSON.parse(await readFile(join(place, "sandbox.json"), "utf8")) as object;
          await writeFile(join(place, "sandbox.json"), JSON.stringify({ ...record, bootId: "earlier" }));
        },
      ],
    ] as const) {
      it(`removes a sandbox ${what}, with its processes`, async () => {
        const { state } = await order({
          sandbox: sandboxSpec("pod"),
          run: runSpec("pod", "setsid sleep 2002 & exec sleep 2003"),
        });
        await killDaemon();
        await damage(join(directory, "pods/pod/sandbox"));
        expect(await restart()).to.deep.equal([]);
        await gone(only(state.is === "running" ? state.pid : undefined));
        expect(await podsIn(directory)).to.deep.equal([]);
        expect(await readFile("/proc/self/mountinfo", "utf8")).not.to.include(directory);
        const again = await reopened().openSandbox(sandboxSpec("pod"));
        expect(again.podUid).to.equal("pod");
      });
    }

    it("forgets a run that never came to its first process, which can then be started", async () => {
      await order({ sandbox: sandboxSpec("pod") });
      await killDaemon();
      const place = join(directory, "pods/pod/sandbox/runs/main/0");
      await mkdir(join(place, "logs"), { recursive: true });
      await writeFile(join(place, "run.json"), "{");
      const [adopted] = await restart();
      expect(adopted?.runs).to.deep.equal([]);
      const spec = runSpec("pod", "exit 0");
      await reopened().start(spec);
      expect((await endOf(reopened(), spec)).code).to.equal(0);
    });

    it("leaves what others keep of a pod beside its sandbox", async () => {
      await order({ sandbox: sandboxSpec("pod") });
      await mkdir(join(directory, "pods/pod/volumes"));
      await mkdir(join(directory, "pods/other/volumes"), { recursive: true });
      await restart();
      await reopened().closeSandbox("pod");
      expect(await readdir(join(directory, "pods/pod"))).to.deep.equal(["volumes"]);
      expect(await readdir(join(directory, "pods/other"))).to.deep.equal(["volumes"]);
      await rm(join(directory, "pods/pod"), { recursive: true });
      await rm(join(directory, "pods/other"), { recursive: true });
    });

    it("cleans up wherever a SIGKILL hits it while pods open and start", async () => {
      for (let round = 0; round < landmarks.length; round++) {
        const orders = [0, 1, 2].map((number) => sandboxSpec(`pod-${round}-${number}`));
        for (const sandbox of orders)
          daemon.send({ sandbox, run: runSpec(sandbox.podUid, "exec sleep 2004") } satisfies Order);
        await reached(join(directory, "pods", `pod-${round}-1/sandbox`, landmarks[round] ?? "."));
        await killDaemon();
        const adopted = await restart();
        for (const { sandbox, runs } of adopted) {
          for (const { id, state } of runs) await checkRunning(id, state);
          await reopened().closeSandbox(sandbox.podUid);
        }
        expect(await podsIn(directory)).to.deep.equal([]);
        expect(await readFile("/proc/self/mountinfo", "utf8")).not.to.include(`${directory}/pods/pod-`);
        expect(await countSleeping(2004)).to.equal(0);
        await reopened().stop();
        daemon = fork(`${import.meta.dirname}/daemon.fixture.ts`, [kind, directory]);
        await once(daemon, "message");
      }
      if (kind === "sandbox") {
        await restart();
        expect((await runCommand(["ip", "-brief", "link"])).stdout).not.to.match(/^ord[0-9a-f]{12}/m);
      }
    });

    const checkRunning = async (id: RunId, state: RunState): Promise<void> => {
      expect(state.is).to.equal("running");
      expect((await execIn(reopened(), id, "exit 3")).code).to.equal(3);
    };
  });
}

/** Where to kill a daemon that opens a pod and starts a run in it. */
const landmarks = [
  ".",
  "sandbox.json",
  "runs/main/0",
  "runs/main/0/init.sh",
  "runs/main/0/process",
  "runs/main/0/logs",
];

/** Resolves when this path is there. */
async function reached(path: string): Promise<void> {
  while ((await runCommand(["test", "-e", path])).code !== 0);
}

function describeFor(kind: Kind, body: () => void): void {
  if (kind === "process") describe("adopting pods of the process runtime", body);
  else describeInOuterNamespace("adopting pods of the sandbox runtime", import.meta.filename, body);
}

async function podsIn(directory: string): Promise<readonly string[]> {
  return (await readdir(join(directory, "pods"))).filter((name) => !name.startsWith("."));
}

/** Resolves when this process has ended; the test's own time limit is the only one. */
async function gone(pid: number): Promise<void> {
  const stat = parseStat(await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ""));
  if (stat === undefined) return;
  while (await isAlive(stat)) await new Promise((resolve) => setImmediate(resolve));
}

async function countSleeping(seconds: number): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => line === `sleep\0${seconds}\0`).length;
}
