import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { StartError } from "../../pod-runtime.ts";
import { processTree } from "../adopt/find-processes.ts";
import type { HostRuntime } from "../core/host-runtime.ts";
import { createTestRuntime, endOf, logOf, runSpec, sandboxSpec } from "../runtime.fixture.ts";
import { createProcessBackend } from "./process-backend.ts";

describe("what is different in the process runtime", () => {
  let runtime: HostRuntime;
  let directory: string;
  let end: () => Promise<void>;

  before(async () => {
    ({ runtime, directory, end } = await createTestRuntime("process"));
    await runtime.openSandbox(sandboxSpec("pod", { hostname: "web-0" }));
  });
  after(async () => await end());

  it("tells a program its address and name, which it could not find out", async () => {
    const { address } = await runtime.openSandbox(sandboxSpec("pod"));
    const spec = runSpec("pod", "echo $POD_IP $HOSTNAME");
    await runtime.start(spec);
    await endOf(runtime, spec);
    expect(await logOf(runtime, spec)).to.equal(`${address} web-0\n`);
  });

  it("lets the pod say otherwise", async () => {
    const spec = runSpec("pod", "echo $POD_IP $HOSTNAME", {
      container: "own",
      env: { PATH: "/bin", POD_IP: "a", HOSTNAME: "b" },
    });
    await runtime.start(spec);
    await endOf(runtime, spec);
    expect(await logOf(runtime, spec)).to.equal("a b\n");
  });

  it("lets two pods have the same port", async () => {
    const { address } = await runtime.openSandbox(sandboxSpec("pod"));
    const { address: other } = await runtime.openSandbox(sandboxSpec("pod-2"));
    const servers = await Promise.all(
      [address, other].map(async (host) => {
        const server = createServer((socket) => socket.end(host));
        server.listen(8083, host);
        await once(server, "listening");
        return server;
      }),
    );
    for (const [podUid, host] of [
      ["pod", address],
      ["pod-2", other],
    ] as const) {
      const socket = await runtime.connect(podUid, 8083);
      const [said] = (await once(socket, "data")) as [Buffer];
      expect(said.toString()).to.equal(host);
      socket.destroy();
    }
    for (const server of servers) server.close();
    await runtime.closeSandbox("pod-2");
  });

  it("kills what nginx leaves behind, which writes over its environment", async function () {
    if ((await runtime.which("nginx")) === undefined) {
      this["skipReason"] = "needs the program nginx";
      this.skip();
    }
    const { address } = await runtime.openSandbox(sandboxSpec("pod"));
    const config = join(directory, "nginx.conf");
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${directory}/${name};`,
    );
    const server = `server { listen ${address}:8084; access_log off; }`;
    await writeFile(
      config,
      `daemon off; pid ${directory}/nginx.pid; error_log stderr; worker_processes 2; events {} http { ${temporary.join(" ")} ${server} }`,
    );
    const spec = runSpec("pod", "", { container: "nginx", argv: ["nginx", "-c", config] });
    const state = await runtime.start(spec);
    if (state.is !== "running") throw new Error("nginx has ended");
    let tree: readonly number[] = [];
    while (tree.length < 3) tree = await processTree(state.pid);
    process.kill(state.pid, "SIGKILL");
    expect((await endOf(runtime, spec)).code).to.equal(137);
    for (const pid of tree) expect(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).to.equal("");
  });

  it("refuses to run as another user without root", async () => {
    const tools = { env: ["env", "-i"], script: undefined, setpriv: "/usr/bin/setpriv", logger: "cat" } as const;
    const backend = createProcessBackend({ tools, isRoot: false }, "127.244.0.0/16", systemClock);
    const pod = { place: { podUid: "p", directory, record: "", runs: "" }, address: "127.244.0.2", hostname: "p" };
    const place = {
      directory,
      record: "",
      process: "",
      exit: "",
      init: "",
      fifos: { out: "", drain: "", alive: "", in: "" },
      logs: "",
    };
    const spec = runSpec("p", "true", { user: { uid: 12_345, gid: 1 } });
    const error = await backend.prepareRun(pod, { place, spec }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(StartError);
    expect((error as Error).message).to.equal(
      "running as user 12345 needs a daemon that runs as root, and the program setpriv(1)",
    );
  });
});
