import { access, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { StartError } from "../../pod-runtime.ts";
import { mustRun, runCommand } from "../commands/run-command.ts";
import type { HostRuntime } from "../core/host-runtime.ts";
import { describeInOuterNamespace } from "../outer-namespace.fixture.ts";
import { createTestRuntime, endOf, execIn, logOf, runId, runSpec, sandboxSpec, until } from "../runtime.fixture.ts";
import { createSandboxRuntime } from "./create-sandbox-runtime.ts";

describeInOuterNamespace("what a pod sees in a sandbox", import.meta.filename, () => {
  let runtime: HostRuntime;
  let directory: string;
  let outside: string;
  let end: () => Promise<void>;
  let containers = 0;

  before(async () => {
    outside = await mkdtemp(join(tmpdir(), "ordinal-outside-"));
    ({ runtime, directory, end } = await createTestRuntime("sandbox"));
    await runtime.openSandbox(
      sandboxSpec("web-0", {
        resolvConf: "search a.b\nnameserver 10.96.0.10\n",
        hosts: ["{address}\tweb-0.nginx web-0"],
      }),
    );
    await runtime.openSandbox(sandboxSpec("web-1"));
  });
  after(async () => {
    await end();
    await rm(outside, { recursive: true });
  });

  const start = async (pod: string, script: string, more: Parameters<typeof runSpec>[2] = {}) => {
    const spec = runSpec(pod, script, { container: `c${containers++}`, ...more });
    await runtime.start(spec);
    return runId(spec);
  };
  const outputOf = async (pod: string, script: string, more: Parameters<typeof runSpec>[2] = {}) => {
    const run = await start(pod, script, more);
    await endOf(runtime, run);
    return await logOf(runtime, run);
  };

  it("K13 has its own hostname, /etc/hosts, /etc/hostname and resolv.conf", async () => {
    const { address } = await runtime.openSandbox(sandboxSpec("web-0"));
    const said = await outputOf("web-0", "hostname; cat /etc/hostname /etc/hosts /etc/resolv.conf");
    expect(said).to.match(/^web-0\nweb-0\n/);
    expect(said).to.include("127.0.0.1\tlocalhost\n");
    expect(said).to.include(`${address}\tweb-0.nginx web-0\n`);
    expect(said).to.include("search a.b\nnameserver 10.96.0.10\n");
  });

  it("K13 K14 shares /etc/hosts and its network between the containers of a pod, and not with other pods", async () => {
    const serve =
      "require('http').createServer((q, s) => s.end('from a')).listen(8080, '127.0.0.1', () => console.log('on'))";
    const server = await start("web-0", "", { argv: [process.execPath, "-e", serve] });
    await until(await runtime.attach(server), "on");
    await execIn(runtime, server, "echo 10.0.0.1 changed >>/etc/hosts");
    const ask =
      "fetch('http://localhost:8080').then(async (r) => console.log(await r.text()), (e) => console.log(e.cause.code))";
    const argv = [process.execPath, "-e", ask];
    expect(await outputOf("web-0", "", { argv })).to.equal("from a\n");
    expect(await outputOf("web-1", "", { argv })).to.equal("ECONNREFUSED\n");
    expect(await outputOf("web-0", "cat /etc/hosts")).to.include("10.0.0.1 changed");
    expect(await outputOf("web-1", "cat /etc/hosts")).not.to.include("changed");
    await runtime.kill(server);
  });

  it("K12 is reached by port-forward on its localhost, where nobody else reaches it", async () => {
    const serve =
      "require('net').createServer((s) => s.end('hello')).listen(8081, '127.0.0.1', () => console.log('on'))";
    const server = await start("web-0", "", { argv: [process.execPath, "-e", serve] });
    await until(await runtime.attach(server), "on");
    const said = await Promise.all([1, 2, 3].map(async () => await text(await runtime.connect("web-0", 8081))));
    expect(said).to.deep.equal(["hello", "hello", "hello"]);
    const refused = await runtime.connect("web-1", 8081).catch((error: unknown) => error);
    expect((refused as Error).message).to.equal("connect ECONNREFUSED 127.0.0.1:8081");
    await runtime.kill(server);
  });

  it("K14 reaches other pods and the host by address", async () => {
    const { address } = await runtime.openSandbox(sandboxSpec("web-1"));
    const serve =
      "require('net').createServer((s) => s.end(s.remoteAddress)).listen(80, '0.0.0.0', () => console.log('on'))";
    const server = await start("web-1", "", { argv: [process.execPath, "-e", serve] });
    await until(await runtime.attach(server), "on");
    const { address: own } = await runtime.openSandbox(sandboxSpec("web-0"));
    const ask = (host: string) =>
      `require('net').connect(${host === address ? 80 : 5353}, '${host}').pipe(process.stdout)`;
    expect(await outputOf("web-0", "", { argv: [process.execPath, "-e", ask(address)] })).to.equal(own);

    // The host has every address of the service range.
    const service = createServer((socket) => socket.end("service"));
    await new Promise<void>((resolve) => service.listen(5353, "10.96.0.10", resolve));
    expect(await outputOf("web-0", "", { argv: [process.execPath, "-e", ask("10.96.0.10")] })).to.equal("service");
    service.close();
    await runtime.kill(server);
  });

  it("changes nothing of the host's files, nor of another container's", async () => {
    const path = join(outside, "file");
    await writeFile(path, "host\n");
    const run = await start("web-0", "exec sleep 100");
    await execIn(runtime, run, `echo pod >${path}; rm -rf /opt; echo x >/etc/new; mkdir ${outside}/new`);
    expect((await execIn(runtime, run, `cat ${path}; ls -d /opt`)).stdout).to.equal("pod\n");
    expect(await readFile(path, "utf8")).to.equal("host\n");
    await access("/opt");
    expect(await readdir(outside)).to.deep.equal(["file"]);
    expect(await outputOf("web-0", `cat ${path} /etc/new`)).to.match(/^host\n.*No such file/);
    await runtime.kill(run);
  });

  it("S35 S46 sees volumes, makes their mount points, and cannot write to read-only ones", async () => {
    const volume = join(outside, "volume");
    await mkdir(volume);
    await writeFile(join(volume, "index.html"), "hello\n");
    await writeFile(join(outside, "one.conf"), "one\n");
    const run = await start("web-0", "exec sleep 100", {
      mounts: [
        { source: volume, target: "/usr/share/nginx/html", readOnly: false },
        { source: volume, target: "/new/place with space", readOnly: true },
        { source: join(outside, "one.conf"), target: "/usr/share/nginx/html/deep/one.conf", readOnly: true },
        { source: volume, target: "/var/run/secrets/token", readOnly: true },
      ],
    });
    const { stdout } = await execIn(
      runtime,
      run,
      `cat /usr/share/nginx/html/index.html '/new/place with space/index.html' /run/secrets/token/index.html /usr/share/nginx/html/deep/one.conf
echo from pod >/usr/share/nginx/html/written; touch '/new/place with space/x' || echo refused; echo x 2>/dev/null >/usr/share/nginx/html/deep/one.conf || echo refused`,
    );
    expect(stdout).to.equal("hello\nhello\nhello\none\nrefused\nrefused\n");
    expect(await readFile(join(volume, "written"), "utf8")).to.equal("from pod\n");
    expect(await runCommand(["test", "-e", "/new"])).to.include({ code: 1 });
    await runtime.kill(run);
    expect((await readdir(volume)).toSorted(), "what the volume holds stays").to.deep.equal([
      "deep",
      "index.html",
      "written",
    ]);
  });

  it("S34 is not led out of the container by a link in a volume", async () => {
    const volume = join(outside, "linked");
    await mkdir(volume);
    await symlink(outside, join(volume, "out"));
    await mkdir(join(outside, "other"));
    const mounts = [
      { source: volume, target: "/data", readOnly: false },
      { source: join(outside, "other"), target: "/data/out/made", readOnly: false },
    ];
    const run = await start("web-0", "exec sleep 100", { mounts });
    expect(await readdir(outside)).not.to.include("made");
    expect((await execIn(runtime, run, `ls -d ${outside}/made`)).stdout).to.equal(`${outside}/made\n`);
    await runtime.kill(run);
  });

  it("says which volume there is not", async () => {
    const spec = runSpec("web-0", "true", {
      container: "broken",
      mounts: [{ source: `${outside}/nothing`, target: "/x", readOnly: true }],
    });
    const error = await runtime.start(spec).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(StartError);
    expect((error as Error).message).to.equal(`failed to stat "${outside}/nothing": no such file or directory`);
  });

  it("has the files of its image, where links lead to", async () => {
    const files = [
      { path: "/etc/nginx/nginx.conf", content: "conf\n" },
      { path: "/lib/ordinal-test/x.sh", content: "#!/bin/sh\necho ran\n", mode: 0o755 },
      { path: "/var/run/made/pid", content: "1\n" },
    ];
    const said = await outputOf(
      "web-0",
      "cat /etc/nginx/nginx.conf; /usr/lib/ordinal-test/x.sh; cat /run/made/pid; test -L /lib && echo link; ls -d /usr/bin/env",
      { files },
    );
    expect(said).to.equal(
      `conf\nran\n1\n${(await runCommand(["test", "-L", "/lib"])).code === 0 ? "link\n" : ""}/usr/bin/env\n`,
    );
    expect((await runCommand(["test", "-e", "/usr/lib/ordinal-test"])).code).to.equal(1);
  });

  it("does not see the data directory", async () => {
    expect(await outputOf("web-0", `ls -A ${directory}; echo end`)).to.equal("end\n");
  });

  it("K26 sees its own processes only, of which it is the first", async () => {
    expect(await outputOf("web-0", "echo $$; ls /proc | grep -c '^[0-9]'")).to.match(/^1\n[1-4]\n$/);
  });

  it("K18 runs as the user it is given, in a file system that user can read", async () => {
    const user = { uid: 1234, gid: 4321 };
    const run = await start(
      "web-0",
      "id -u; id -g; id -G; ls / >/dev/null && echo seen; echo again >/dev/stdout; exec sleep 100",
      { user },
    );
    expect(await until(await runtime.attach(run), "again")).to.equal("1234\n4321\n4321\nseen\nagain\n");
    expect((await execIn(runtime, run, "id -u")).stdout).to.equal("1234\n");
    await runtime.kill(run);
  });

  it("cannot do to the host what containers cannot", async () => {
    const said = await outputOf(
      "web-0",
      "mount -t tmpfs t /mnt || echo no mount; echo x >/proc/sys/kernel/hostname || echo no sysctl; mknod /tmp/sda b 8 0 || echo no node; chown 1:1 /etc/hostname && echo chown",
    );
    expect(said.split("\n").filter((line) => /^(no \w+|chown)$/.test(line))).to.deep.equal([
      "no mount",
      "no sysctl",
      "no node",
      "chown",
    ]);
  });

  it("K12 keeps a terminal of its own for a container with tty", async () => {
    const run = await start("web-0", "tty; echo $TERM; exec sleep 100", { tty: true, stdin: true });
    expect(await until(await runtime.attach(run), "xterm")).to.equal("/dev/pts/0\r\nxterm\r\n");
    await runtime.kill(run);
  });

  it("shows what it wrote to a file before, after its program was started again", async () => {
    const volume = join(outside, "kept");
    await mkdir(volume);
    const mounts = [{ source: volume, target: "/data", readOnly: false }];
    const script = "echo run >>/data/log; echo run >>/layer; cat /data/log /layer";
    const id = { container: "twice", mounts };
    expect(await outputOf("web-0", script, { ...id, attempt: 0 })).to.equal("run\nrun\n");
    expect(await outputOf("web-0", script, { ...id, attempt: 1 })).to.equal("run\nrun\nrun\n");
  });

  it("runs real nginx and redis-server", async function () {
    if ((await runtime.which("nginx")) === undefined || (await runtime.which("redis-server")) === undefined) {
      this["skipReason"] = "needs the programs nginx and redis-server";
      this.skip();
    }
    const content = "daemon off; events {} http { server { listen 80; location / { return 200 nginx; } } }";
    const nginx = await start("web-0", "", {
      argv: ["nginx", "-c", "/etc/test.conf"],
      files: [{ path: "/etc/test.conf", content }],
    });
    const redis = await start("web-0", "", { argv: ["redis-server", "--port", "6379", "--save", ""] });
    await until(await runtime.attach(redis), "Ready to accept connections");
    const ask = `const t = () => fetch('http://localhost').then(async (r) => console.log(await r.text()), () => setImmediate(t)); t();`;
    expect(await outputOf("web-0", "", { argv: [process.execPath, "-e", ask] })).to.equal("nginx\n");
    expect(runtime.signal(nginx, "SIGQUIT")).to.equal(true);
    expect((await endOf(runtime, nginx)).code).to.equal(0);
    expect(runtime.signal(redis, "SIGTERM")).to.equal(true);
    expect((await endOf(runtime, redis)).code).to.equal(0);
  });

  it("refuses a range that another daemon has, and says whose it is and what to change", async () => {
    const other = await mkdtemp(join(tmpdir(), "ordinal-other-"));
    const common = { stateDir: join(other, "pods"), hiddenPaths: [], clock: systemClock, log: silentLogger };
    const second = createSandboxRuntime({ ...common, podCidr: "10.244.0.0/16", serviceCidr: "10.97.0.0/16" });
    const error = await second.then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).to.match(
      /^--pod-cidr 10\.244\.0\.0\/16 overlaps 10\.244\.0\.1\/16 of another Ordinal \(.*\/pods\); choose another range with --pod-cidr$/,
    );
    const beside = await createSandboxRuntime({ ...common, podCidr: "10.245.0.0/16", serviceCidr: "10.97.0.0/16" });
    await beside.tearDown();
    await rm(other, { recursive: true });
  });

  it("takes over the network of a data directory that is gone", async () => {
    const gone = await mkdtemp(join(tmpdir(), "ordinal-gone-"));
    const options = {
      hiddenPaths: [],
      clock: systemClock,
      log: silentLogger,
      podCidr: "10.246.0.0/16",
      serviceCidr: "10.98.0.0/16",
    };
    const first = await createSandboxRuntime({ ...options, stateDir: join(gone, "pods") });
    await first.stop();
    await rm(gone, { recursive: true });
    const next = await mkdtemp(join(tmpdir(), "ordinal-next-"));
    const second = await createSandboxRuntime({ ...options, stateDir: join(next, "pods") });
    await second.tearDown();
    await rm(next, { recursive: true });
    expect(await mustRun(["ip", "-brief", "link"])).not.to.match(/10\.246/);
  });
});
