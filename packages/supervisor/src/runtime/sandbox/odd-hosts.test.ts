import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { mustRun, runCommand } from "../commands/run-command.ts";
import { describeInOuterNamespace } from "../outer-namespace.fixture.ts";
import { endOf, execIn, logOf, runSpec, sandboxSpec } from "../runtime.fixture.ts";
import { createSandboxRuntime } from "./create-sandbox-runtime.ts";

describeInOuterNamespace("sandboxes on hosts with more than one file system", import.meta.filename, () => {
  let directory: string;
  const ranges = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" };
  const common = { ...ranges, clock: systemClock, log: silentLogger };

  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), "ordinal-odd-"))));
  afterEach(async () => {
    await runCommand(["umount", "-R", join(directory, "disk")]);
    await rm(directory, { recursive: true });
  });

  it("shows a file system that the program lies on, and changes nothing on it", async () => {
    const disk = join(directory, "disk");
    await mkdir(disk);
    await mustRun(["mount", "-t", "tmpfs", "tmpfs", disk]);
    await writeFile(join(disk, "tool"), "#!/bin/sh\necho ran\n", { mode: 0o755 });
    const options = {
      ...common,
      stateDir: join(directory, "pods"),
      hiddenPaths: [],
      neededPaths: [join(disk, "tool")],
    };
    const runtime = await createSandboxRuntime(options);
    await runtime.adopt();
    await runtime.openSandbox(sandboxSpec("pod"));
    const files = [{ path: join(disk, "config/file"), content: "config\n" }];
    const spec = runSpec("pod", `${disk}/tool; cat ${disk}/config/file; echo gone >${disk}/tool; cat ${disk}/tool`, {
      files,
    });
    await runtime.start(spec);
    expect((await endOf(runtime, spec)).code).to.equal(0);
    expect(await logOf(runtime, spec)).to.equal("ran\nconfig\ngone\n");
    expect(await readFile(join(disk, "tool"), "utf8")).to.include("echo ran");
    await runtime.closeSandbox("pod");
    await runtime.tearDown();
  });

  it("keeps what containers change in memory where the data directory cannot hold it, also for the next daemon", async () => {
    const disk = join(directory, "disk");
    for (const name of ["disk", "upper", "work", "lower"]) await mkdir(join(directory, name));
    await mustRun(["mount", "-t", "overlay", "-o", "lowerdir=lower,upperdir=upper,workdir=work", "overlay", disk], {
      cwd: directory,
    });
    const options = { ...common, stateDir: join(disk, "pods"), hiddenPaths: [disk] };
    const first = await createSandboxRuntime(options);
    await first.adopt();
    await first.openSandbox(sandboxSpec("pod"));
    const spec = runSpec("pod", "echo written >/etc/changed; exec sleep 100", {
      files: [{ path: "/etc/given", content: "given\n" }],
    });
    await first.start(spec);
    await first.stop();

    const second = await createSandboxRuntime(options);
    expect(await second.adopt()).to.have.length(1);
    expect(
      (await execIn(second, spec, "cat /etc/given; while ! cat /etc/changed; do :; done; hostname; cat /etc/hostname"))
        .stdout,
    ).to.equal("given\nwritten\npod\npod\n");
    await second.closeSandbox("pod");
    await second.tearDown();
    expect(await readFile("/proc/self/mountinfo", "utf8")).not.to.include(".layers");
  });

  it("works where the data directory allows no device files and no programs", async () => {
    const disk = join(directory, "disk");
    await mkdir(disk);
    await mustRun(["mount", "-t", "tmpfs", "-o", "nodev,noexec,nosuid", "tmpfs", disk]);
    const runtime = await createSandboxRuntime({ ...common, stateDir: join(disk, "pods"), hiddenPaths: [disk] });
    await runtime.adopt();
    await runtime.openSandbox(sandboxSpec("pod"));
    const spec = runSpec("pod", "echo x >/dev/null && head -c 4 /dev/zero | wc -c");
    await runtime.start(spec);
    await endOf(runtime, spec);
    expect(await logOf(runtime, spec)).to.equal("4\n");
    await runtime.closeSandbox("pod");
    await runtime.tearDown();
  });
});
