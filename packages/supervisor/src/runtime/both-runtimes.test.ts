import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { expect } from "chai";
import { StartError } from "../pod-runtime.ts";
import type { HostRuntime } from "./core/host-runtime.ts";
import { describeInOuterNamespace } from "./outer-namespace.fixture.ts";
import {
  createTestRuntime,
  endOf,
  execIn,
  logOf,
  only,
  runId,
  runSpec,
  sandboxSpec,
  until,
} from "./runtime.fixture.ts";

for (const kind of ["process", "sandbox"] as const) {
  describeFor(kind, () => {
    let runtime: HostRuntime;
    let directory: string;
    let end: () => Promise<void>;

    before(async () => {
      ({ runtime, directory, end } = await createTestRuntime(kind));
      await runtime.openSandbox(sandboxSpec("pod"));
    });
    after(async () => await end());

    let attempts = 0;
    /** Starts a script as the container's next run. */
    const start = async (script: string, more: Parameters<typeof runSpec>[2] = {}) => {
      const spec = runSpec("pod", script, { container: `c${attempts++}`, ...more });
      await runtime.start(spec);
      return runId(spec);
    };

    for (const [script, code] of [
      ["exit 0", 0],
      ["exit 7", 7],
      ["sleep 100 & kill -KILL $!; wait $!", 137],
    ] as const) {
      it(`K2 reports exit code ${code} of "${script}"`, async () => {
        const run = await start(script);
        const state = await endOf(runtime, run);
        expect(state.code).to.equal(code);
        expect(state.lost).to.equal(false);
        expect(state.finishedAtMs).to.be.at.least(state.startedAtMs);
      });
    }

    it("opens a sandbox once, however often it is asked to", async () => {
      const [a, b] = await Promise.all([
        runtime.openSandbox(sandboxSpec("pod")),
        runtime.openSandbox(sandboxSpec("pod")),
      ]);
      expect(a).to.deep.equal(b);
    });

    it("K14 gives every pod an address of its own", async () => {
      const a = await runtime.openSandbox(sandboxSpec("pod"));
      const b = await runtime.openSandbox(sandboxSpec("other"));
      expect(a.address).to.match(kind === "sandbox" ? /^10\.244\./ : /^127\.244\./);
      expect(a.address).not.to.equal(b.address);
      await runtime.closeSandbox("other");
      const c = await runtime.openSandbox(sandboxSpec("third"));
      expect(c.address, "a freed address is not given out again at once").not.to.equal(b.address);
      await runtime.closeSandbox("third");
    });

    it("starts a run once, and keeps its process", async () => {
      const run = await start("exec sleep 100");
      const first = runtime.stateOf(run);
      const again = await runtime.start(runSpec("pod", "exec sleep 100", run));
      expect(again).to.deep.equal(first);
      await runtime.kill(run);
    });

    it("K8 gives the environment exactly, and nothing else", async () => {
      const env = { PATH: "/usr/bin:/bin", QUOTED: `it's "so" $HOME\n\`date\``, "not.a-shell.name": "x", EMPTY: "" };
      const run = await start("", { argv: ["env", "-0"], env });
      await endOf(runtime, run);
      const seen = Object.fromEntries(
        (await logOf(runtime, run))
          .split("\0")
          .filter((entry) => entry !== "")
          .map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]),
      );
      delete seen["PWD"];
      if (kind === "process") {
        expect(seen["POD_IP"]).to.match(/^127\.244\./);
        for (const name of ["POD_IP", "HOSTNAME", "ORDINAL_POD_DIRECTORY", "ORDINAL_RUN_DIRECTORY"]) delete seen[name];
      }
      expect(seen).to.deep.equal(env);
    });

    it("K9 gives arguments exactly, and runs in the working directory", async () => {
      const run = await start("", {
        argv: ["sh", "-c", 'pwd; printf "<%s>" "$@"', "sh", "a b", "", "'\n$x"],
        workingDir: "/usr/share",
      });
      await endOf(runtime, run);
      expect(await logOf(runtime, run)).to.equal("/usr/share\n<a b><><'\n$x>");
    });

    for (const [argv, message] of [
      [["no-such-program"], 'exec: "no-such-program": executable file not found in $PATH'],
      [["/no/such"], 'exec: "/no/such": stat /no/such: no such file or directory'],
      [["/etc/passwd"], 'exec: "/etc/passwd": permission denied'],
    ] as const) {
      it(`says why ${argv[0]} does not start, and leaves nothing of it`, async () => {
        const spec = runSpec("pod", "", { container: "broken", argv });
        const error = await runtime.start(spec).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(StartError);
        expect((error as Error).message).to.equal(message);
        expect(await readdir(join(directory, "pods/pod/sandbox/runs/broken"))).to.deep.equal([]);
        expect(runtime.stateOf(spec)).to.equal(undefined);
        expect(await logOf(runtime, spec)).to.equal("");
      });
    }

    it("K6 sends signals to the first process", async () => {
      const run = await start("trap 'echo got it; exit 3' TERM; echo ready; while :; do sleep 0.01; done");
      await until(await runtime.attach(run), "ready");
      expect(runtime.signal(run, "SIGTERM")).to.equal(true);
      expect((await endOf(runtime, run)).code).to.equal(3);
      expect(await logOf(runtime, run)).to.equal("ready\ngot it\n");
      expect(runtime.signal(run, "SIGTERM")).to.equal(false);
    });

    it("leaves SIGINT and SIGQUIT as a program expects them", async () => {
      const run = await start("", { argv: ["grep", "SigIgn", "/proc/self/status"] });
      await endOf(runtime, run);
      expect(await logOf(runtime, run)).to.match(/^SigIgn:\t0+\n$/);
    });

    it("K26 kills everything that a container started, whatever it did to get away", async () => {
      const escape = "setsid sh -c 'trap \"\" TERM HUP INT; (sleep 1001 & echo child $!; sleep 1002) & sleep 1003' &";
      const run = await start(`${escape} echo started; exec sleep 1004`);
      await until(await runtime.attach(run), /started[^]*child|child[^]*started/);
      await eventually(async () => (await countOf(/^sleep 100[1-4]$/)) === 4);
      await runtime.kill(run);
      expect(await countOf(/^sleep 100[1-4]$/)).to.equal(0);
      expect(runtime.stateOf(run)).to.include({ is: "exited", code: 137 });
    });

    it("K26 kills what is left when the first process ends by itself", async () => {
      const run = await start("setsid sleep 1005 & exit 4");
      expect((await endOf(runtime, run)).code).to.equal(4);
      expect(await countOf(/^sleep 1005$/)).to.equal(0);
    });

    it("K12 runs a command in the container, with its output apart and its exit code", async () => {
      const run = await start("exec sleep 100");
      expect(await execIn(runtime, run, "echo out >/dev/stdout; echo err >/dev/stderr; exit 42")).to.deep.equal({
        stdout: "out\n",
        stderr: "err\n",
        code: 42,
      });
      expect((await execIn(runtime, run, "kill -KILL $$")).code).to.equal(137);
      await runtime.kill(run);
    });

    it("K12 gives a command its input, up to its end", async () => {
      const run = await start("exec sleep 100");
      const session = await runtime.exec({
        run,
        argv: ["sh", "-c", "cat /dev/stdin; echo end"],
        tty: false,
        stdin: true,
      });
      const input = Buffer.alloc(1_000_000, "0123456789abcdef");
      only(session.stdin).end(input);
      const output = await buffer(session.stdout);
      expect(output.equals(Buffer.concat([input, Buffer.from("end\n")]))).to.equal(true);
      expect(await session.exitCode).to.equal(0);
      await runtime.kill(run);
    });

    it("K12 says which command there is not", async () => {
      const run = await start("exec sleep 100");
      const error = await runtime
        .exec({ run, argv: ["nope"], tty: false, stdin: false })
        .catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StartError);
      expect((error as Error).message).to.equal('exec: "nope": executable file not found in $PATH');
      await runtime.kill(run);
      const late = await runtime
        .exec({ run, argv: ["true"], tty: false, stdin: false })
        .catch((reason: unknown) => reason);
      expect((late as Error).message).to.equal("the container is not running");
    });

    it("K12 kills a command with all it started when its client goes", async () => {
      const run = await start("exec sleep 100");
      const session = await runtime.exec({
        run,
        argv: ["sh", "-c", "sleep 1006 & echo on; sleep 1007"],
        tty: false,
        stdin: false,
      });
      await until(session, "on");
      session.close();
      expect(await session.exitCode).to.equal(137);
      expect(await countOf(/^sleep 100[67]$/)).to.equal(0);
      expect(runtime.stateOf(run)).to.include({ is: "running" });
      await runtime.kill(run);
    });

    it("K12 gives a command a terminal that follows the client's size", async () => {
      const run = await start("exec sleep 100");
      const session = await runtime.exec({ run, argv: ["sh"], tty: true, stdin: true });
      session.resize({ columns: 101, rows: 33 });
      expect(session.stderr).to.equal(undefined);
      const stdin = only(session.stdin);
      stdin.write(`PS1=; tty; echo term $TERM; ${untilSize("33 101")}\n`);
      const said = await until(session, /^is 33 101/m);
      expect(said).to.match(/\/dev\/pts\/\d+/);
      expect(said).to.include("term xterm");
      session.resize({ columns: 120, rows: 50 });
      stdin.write(`${untilSize("50 120")}\n`);
      await until(session, /^is 50 120/m);
      stdin.write("exit 5\n");
      expect(await session.exitCode).to.equal(5);
      await runtime.kill(run);
    });

    it("interrupts what runs in a terminal by ^C", async () => {
      const run = await start("exec sleep 100");
      const session = await runtime.exec({
        run,
        argv: ["sh", "-c", "echo on; exec sleep 1008"],
        tty: true,
        stdin: true,
      });
      await until(session, "on");
      only(session.stdin).write("\x03");
      expect(await session.exitCode).to.equal(130);
      await runtime.kill(run);
    });

    it("K12 attaches to a container's own input and output", async () => {
      const run = await start("echo before; while read -r line; do echo got $line; done; echo over", { stdin: true });
      const first = await runtime.attach(run);
      await until(first, "before");
      only(first.stdin).write("one\n");
      await until(first, "got one");
      first.close();
      const second = await runtime.attach(run);
      only(second.stdin).write("two\n");
      expect(await until(second, "got two"), "what was said before is said again").to.include("before\ngot one\n");
      expect(runtime.stateOf(run), "without stdinOnce, input goes on when a client goes").to.include({ is: "running" });
      await runtime.kill(run);
      expect(await second.exitCode).to.equal(137);
    });

    it("K12 ends a container's input with its only client's, as kubectl run -i asks for", async () => {
      const run = await start("cat; echo over; exit 6", { stdin: true, stdinOnce: true });
      const session = await runtime.attach(run);
      only(session.stdin).end("all of it\n");
      expect(await text(session.stdout)).to.equal("all of it\nover\n");
      expect(await session.exitCode).to.equal(6);
    });

    it("K12 attaches to a container's terminal, with the prompt that was there before", async () => {
      const run = await start("", {
        argv: ["sh", "-i"],
        stdin: true,
        stdinOnce: true,
        tty: true,
        env: { PATH: "/usr/bin:/bin", PS1: "prompt> " },
      });
      const watching = await runtime.attach(run);
      await until(watching, "prompt> ");
      watching.close();
      const session = await runtime.attach(run);
      await until(session, "prompt> ");
      session.resize({ columns: 77, rows: 22 });
      only(session.stdin).write("while ! [ \"$(stty size)\" = '22 77' ]; do :; done; tty; exit 9\n");
      expect(await text(session.stdout)).to.match(/\/dev\/pts\/\d+/);
      expect(await session.exitCode).to.equal(9);
    });

    it("K12 connects to a port of the pod", async () => {
      const { address } = await runtime.openSandbox(sandboxSpec("pod"));
      const serve =
        "require('net').createServer({ allowHalfOpen: true }, (s) => s.pipe(s)).listen(8080, process.argv[1], () => console.log('on'))";
      const run = await start("", { argv: [process.execPath, "-e", serve, address] });
      await until(await runtime.attach(run), "on");
      const socket = await runtime.connect("pod", 8080);
      const sent = Buffer.alloc(300_000, "abc");
      socket.end(sent);
      expect((await buffer(socket)).equals(sent)).to.equal(true);
      await runtime.kill(run);
      const refused = await runtime.connect("pod", 8080).catch((reason: unknown) => reason);
      expect((refused as Error).message).to.include("ECONNREFUSED");
    });

    it("keeps the run before the current one, for its log, and none before that", async () => {
      for (const attempt of [0, 1, 2]) {
        const run = await start(`echo attempt ${attempt}`, { container: "again", attempt });
        await endOf(runtime, run);
      }
      const id = { podUid: "pod", container: "again" };
      expect(await logOf(runtime, { ...id, attempt: 2 })).to.equal("attempt 2\n");
      expect(await logOf(runtime, { ...id, attempt: 1 })).to.equal("attempt 1\n");
      expect(await readdir(join(directory, "pods/pod/sandbox/runs/again"))).to.have.members(["1", "2"]);
    });

    it("finds programs of the host", async () => {
      expect(await runtime.which("sh")).to.match(/\/sh$/);
      expect(await runtime.which("no-such-program")).to.equal(undefined);
    });

    it("leaves nothing of a closed sandbox", async () => {
      await runtime.openSandbox(sandboxSpec("gone"));
      await runtime.start(runSpec("gone", "setsid sleep 1009 & exec sleep 1010"));
      await runtime.closeSandbox("gone");
      expect(await countOf(/^sleep 10(09|10)$/)).to.equal(0);
      expect(await readdir(join(directory, "pods"))).not.to.include("gone");
      expect(await readFile("/proc/self/mountinfo", "utf8")).not.to.include("/gone/");
      await runtime.closeSandbox("gone");
    });
  });
}

/** Only sandboxes need what not every machine has. */
function describeFor(kind: "sandbox" | "process", body: () => void): void {
  if (kind === "process") describe("pods of the process runtime", body);
  else describeInOuterNamespace("pods of the sandbox runtime", import.meta.filename, body);
}

/** Resolves when this has come true; the test's own time limit is the only one. */
async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await new Promise((resolve) => setImmediate(resolve));
}

/** A shell command that ends when the terminal has this size, in rows and columns. */
function untilSize(size: string): string {
  return `while ! [ "$(stty size)" = '${size}' ]; do :; done; echo "is ${size}"`;
}

/** How many processes have a command line like this. */
async function countOf(pattern: RegExp): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map(async (pid) => await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => pattern.test(line.split("\0").slice(0, -1).join(" "))).length;
}
