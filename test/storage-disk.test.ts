import { expect } from "chai";
import { powerProblem } from "../scripts/chaos-test/claims/power-main.ts";
import { runPowerCuts } from "../scripts/chaos-test/claims/power.ts";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";
import { run, type Finished } from "../scripts/rig/run.ts";
import { mountSmallDisk, type SmallDisk } from "../scripts/rig/small-disk.ts";

const program = kubectlPath() ?? "kubectl";
const flags = ["--runtime", "sandbox", "--dns-upstream", "none"];

const classes = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: now }
provisioner: rancher.io/local-path
volumeBindingMode: Immediate
`;

const claim = (name: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec:
  storageClassName: now
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: 16Mi } }
`;

const pod = (name: string, claimName: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
  containers: [{ name: main, image: pause, volumeMounts: [{ name: data, mountPath: /data }] }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: ${claimName} } }]
`;

describe("disks that fail, with the real daemon", function () {
  this.timeout(60_000);
  let rig: Machine | undefined;
  let disk: SmallDisk;
  /** Where the volumes lie, on a disk of their own. */
  let base: string;

  before(async function () {
    const problem = diskProblem();
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    rig = await Machine.create();
    disk = await mountSmallDisk(rig, { name: "disk", mebibytes: 96 });
    base = `${disk.path}/volumes`;
    const paths = [{ node: "DEFAULT_PATH_FOR_NON_LISTED_NODES", paths: [base] }];
    await rig.sh(`cat >config.json <<'JSON'\n${JSON.stringify({ nodePathMap: paths })}\nJSON`);
    await rig.startDaemon(...flags, `--local-path-config=${rig.dir}/config.json`, "--trash-min-free=4Mi");
    await create(classes);
  });
  after(async () => {
    const held = rig === undefined ? "" : `${rig.dir}/`;
    await rig?.destroy();
    if (rig !== undefined) await eventually("no loop device is left", async () => !(await loopFiles()).includes(held));
  });
  afterEach(function () {
    const { currentTest } = this;
    if (currentTest?.err !== undefined) currentTest.err.message += `\nthe daemon said:\n${rig?.output.slice(-4000)}`;
  });

  function machine(): Machine {
    if (rig === undefined) throw new Error("there is no machine");
    return rig;
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    return await machine().out(program, ...args);
  }

  async function create(manifest: string): Promise<void> {
    const { code, stderr } = await machine().run([program, "create", "-f", "-"], { input: manifest });
    if (code !== 0) throw new Error(stderr);
  }

  async function bound(name: string): Promise<string> {
    await kubectl("wait", `pvc/${name}`, "--for=jsonpath={.status.phase}=Bound", "--timeout=40s");
    const volume = await kubectl("get", "pvc", name, "-o", "jsonpath={.spec.volumeName}");
    return `${base}/${volume}_default_${name}`;
  }

  async function said(about: string, reason: string): Promise<string> {
    const select = `--field-selector=involvedObject.name=${about},reason=${reason}`;
    return await eventually(
      `${reason} is said of ${about}`,
      async () => (await kubectl("get", "events", "-A", select, "-o", "jsonpath={.items[*].message}")) || undefined,
    );
  }

  /** What lies among the volumes, but for what is Ordinal's own. */
  async function namesIn(directory: string): Promise<readonly string[]> {
    return (await machine().sh(`ls ${directory}`)).split("\n").filter((name) => name !== "");
  }

  async function deleteClaim(name: string): Promise<void> {
    await kubectl("delete", "pvc", name);
    await eventually(`the volume of ${name} is gone`, async () => !(await kubectl("get", "pv")).includes(`/${name}`));
  }

  it("S23 says that the disk is full, empties the trash, the oldest first, and goes on", async () => {
    for (const name of ["old", "young"]) {
      await create(claim(name));
      await machine().sh(`head -c 20M /dev/zero >${await bound(name)}/bytes && sync ${disk.path}`);
    }
    await deleteClaim("old");
    await deleteClaim("young");
    expect((await namesIn(`${base}/.trash`)).filter((name) => !name.endsWith(".json"))).to.have.length(2);
    await disk.fill();
    await create(claim("made-full"));
    expect(await said("made-full", "ProvisioningFailed")).to.match(
      /^failed to provision volume with StorageClass "now": .*no space left on device/,
    );
    await bound("made-full");
    const [entry = "", ...more] = (await namesIn(`${base}/.trash`)).filter((name) => !name.endsWith(".json"));
    expect([entry.slice(0, 5), more]).to.deep.equal(["young", []]);
    expect(machine().output).to.match(/the disk is full: an entry of the trash was removed .*old-/);
  });

  it("S24 leaves nothing half made on a full disk, and makes the volume when there is room", async () => {
    await kubectl("delete", "pvc", "made-full", "--ignore-not-found");
    await machine().out(...machine().ordinal("volumes", "prune", "--all", "--yes"));
    await disk.clear();
    await disk.fill();
    await create(claim("later"));
    await said("later", "ProvisioningFailed");
    expect(await namesIn(base)).to.deep.equal([]);
    expect(await kubectl("get", "pv", "-o", "name")).to.equal("");
    await disk.clear();
    const path = await bound("later");
    expect(await namesIn(base)).to.deep.equal([path.slice(base.length + 1)]);
  });

  it("S25 says that the disk is read-only, at a claim and at a volume to be deleted, and goes on when it is not", async () => {
    await disk.remount("ro");
    await create(claim("on-read-only"));
    expect(await said("on-read-only", "ProvisioningFailed")).to.contain("read-only file system");
    await kubectl("delete", "pvc", "later");
    const failed = await eventually("the deletion has failed", async () => {
      const line = await kubectl("get", "pv", "-o", "jsonpath={.items[*].status.phase}: {.items[*].status.message}");
      return line.startsWith("Failed") && line;
    });
    expect(failed).to.contain("read-only file system");
    expect((await namesIn(base)).join()).to.match(/_default_later$/);
    await disk.remount("rw");
    await bound("on-read-only");
    await eventually("later is in the trash", async () => (await namesIn(`${base}/.trash`)).join().includes("later-"));
  });

  it("S25 touches nothing while the volumes are away, makes no empty ones in their place, and goes on when they are back", async () => {
    const path = await bound("on-read-only");
    await machine().sh(`echo precious >${path}/file`);
    await create(claim("to-delete"));
    await bound("to-delete");
    await machine().sh(`mv ${base} ${base}.away`);
    await create(claim("while-away"));
    await create(pod("reader", "on-read-only"));
    await kubectl("delete", "pvc", "to-delete");
    expect(await said("while-away", "ProvisioningFailed")).to.contain(
      `${base}, the directory of the volumes, is gone: bring it back`,
    );
    expect(await said("reader", "FailedMount")).to.match(
      /the directory \S+ of volume \S+ is gone; .* made it for claim/,
    );
    const volume = await kubectl(
      "get",
      "pv",
      "-o",
      `jsonpath={.items[?(@.status.phase=="Failed")].spec.claimRef.name}`,
    );
    expect(volume).to.equal("to-delete");
    expect(await machine().sh(`ls ${base} 2>&1 || true`)).to.contain("No such file or directory");
    await machine().sh(`mv ${base}.away ${base}`);
    await bound("while-away");
    await kubectl("wait", "pod/reader", "--for=condition=Ready", "--timeout=60s");
    expect(await kubectl("exec", "reader", "--", "cat", "/data/file")).to.equal("precious");
    await eventually("to-delete is in the trash", async () =>
      (await namesIn(`${base}/.trash`)).join().includes("to-delete-"),
    );
    await kubectl("delete", "pod", "reader");
  });

  it("S25 refuses a link or a file where a volume's directory was, and leaves alone what it leads to", async () => {
    const path = await bound("while-away");
    await machine().sh(`rmdir ${path} && mkdir ${disk.path}/elsewhere && echo precious >${disk.path}/elsewhere/file`);
    await machine().sh(`ln -s ${disk.path}/elsewhere ${path}`);
    await kubectl("delete", "pvc", "while-away");
    const volume = await kubectl(
      "get",
      "pv",
      "-o",
      'jsonpath={.items[?(@.spec.claimRef.name=="while-away")].metadata.name}',
    );
    expect(await said(volume, "VolumeFailedDelete")).to.contain(
      `${path} is in the way: it is not a plain directory, and links are not followed; move it away`,
    );
    expect(await machine().sh(`cat ${disk.path}/elsewhere/file; readlink ${path}`)).to.equal(
      `precious\n${disk.path}/elsewhere`,
    );
    await machine().sh(`rm ${path}`);
    await kubectl("wait", `pv/${volume}`, "--for=delete", "--timeout=60s");
    expect(await machine().sh(`cat ${disk.path}/elsewhere/file`)).to.equal("precious");
    const other = await bound("on-read-only");
    await machine().sh(`mv ${other} ${disk.path}/kept && echo of somebody >${other}`);
    await create(pod("on-a-file", "on-read-only"));
    expect(await said("on-a-file", "FailedMount")).to.contain(
      `hostPath type check failed: ${other} is not a directory, it's a File`,
    );
    await machine().sh(`rm ${other} && mv ${disk.path}/kept ${other}`);
    await kubectl("wait", "pod/on-a-file", "--for=condition=Ready", "--timeout=60s");
  });
});

describe("a data directory on a disk that is full", () => {
  it("S24 says so, starts when the trash was emptied without a daemon, and has lost nothing", async function () {
    const problem = diskProblem();
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    this.timeout(60_000);
    const machine = await Machine.create();
    const kubectl = async (...args: readonly string[]): Promise<string> => await machine.out(program, ...args);
    const create = async (manifest: string): Promise<Finished> =>
      await machine.run([program, "create", "-f", "-"], { input: manifest });
    const untilBound = async (name: string): Promise<string> =>
      await kubectl("wait", `pvc/${name}`, "--for=jsonpath={.status.phase}=Bound", "--timeout=40s");
    try {
      const disk = await mountSmallDisk(machine, { name: "data", mebibytes: 64 });
      await machine.startDaemon(...flags, "--trash-min-free=0");
      await create(classes);
      for (const name of ["kept", "deleted"]) {
        await create(claim(name));
        await untilBound(name);
        await machine.sh(`cd ${disk.path}/volumes/*_default_${name} && head -c 4M /dev/urandom >bytes && sync bytes`);
      }
      const bytes = await machine.sh(`sha256sum ${disk.path}/volumes/*_default_kept/bytes`);
      await kubectl("delete", "pvc", "deleted");
      await eventually("deleted is gone", async () => !(await kubectl("get", "pv")).includes("default/deleted"));
      await machine.killDaemon();
      await disk.fill();
      const { stderr } = await machine.run(machine.ordinal("start", ...flags));
      expect(stderr).to.contain(
        `ordinal: the disk of ${disk.path} is full: make room, for example with "ordinal volumes`,
      );
      expect(await machine.out(...machine.ordinal("volumes", "prune", "--all", "--yes"))).to.contain(
        "Removed 1 volume",
      );
      await machine.startDaemon(...flags, "--trash-min-free=0");
      await create(claim("after"));
      await untilBound("after");
      expect(await machine.sh(`sha256sum ${disk.path}/volumes/*_default_kept/bytes`)).to.equal(bytes);
    } finally {
      await machine.destroy();
    }
  });
});

describe("a disk whose power goes while claims are made, used, copied, deleted and restored", () => {
  it("S42 holds everything that was acknowledged, whenever that is", async function () {
    const problem = powerProblem();
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    this.timeout(240_000);
    const told: string[] = [];
    const say = (words: string): void => void told.push(words);
    const cuts = await runPowerCuts({ seed: 7, cuts: 2, slots: 6, say });
    expect(
      cuts.map(({ faults }) => faults),
      told.join("\n"),
    ).to.deep.equal([[], []]);
    expect(cuts.every(({ acknowledged }) => acknowledged > 0)).to.equal(true);
  });
});

/** Why no small disk can be had here, or undefined. */
function diskProblem(): string | undefined {
  const missing = ["mkfs.ext4", "losetup"].find((each) => programPath(each) === undefined);
  return machineProblem() ?? kubectlProblem() ?? (missing && `needs the program ${missing}`);
}

async function loopFiles(): Promise<string> {
  return (await run(["losetup", "--list", "--noheadings", "--output", "BACK-FILE"])).stdout;
}
