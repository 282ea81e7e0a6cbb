import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";
import type { Finished } from "../scripts/rig/run.ts";

const set = (replicas: number): string => `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  serviceName: db
  replicas: ${replicas}
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: keeper
          image: busybox
          command: [sh, -c, "exec sleep 1000000"]
          volumeMounts: [{ name: data, mountPath: /data }]
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 16Mi } } }
`;

interface TrashLine {
  readonly entry: string;
  readonly claim: string;
  readonly path: string;
  readonly usedBytes: number;
}

interface VolumeLine {
  readonly claim: string;
  readonly phase: string;
  readonly path: string;
  readonly usedBytes?: number;
}

describe("ordinal volumes", function () {
  this.timeout(60_000);
  const program = kubectlPath() ?? "kubectl";
  const problem = machineProblem() ?? kubectlProblem();
  const flags = ["--runtime", "sandbox", "--dns-upstream", "none"];
  let machine: Machine;

  before(async function () {
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    machine = await Machine.create();
    await machine.startDaemon(...flags);
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });
  afterEach(function () {
    const { currentTest } = this;
    if (currentTest?.err !== undefined) currentTest.err.message += `\nthe daemon said:\n${machine.output.slice(-4000)}`;
  });

  const kubectl = async (...args: readonly string[]): Promise<string> => await machine.out(program, ...args);
  const inPod = async (script: string): Promise<string> => await kubectl("exec", "db-0", "--", "sh", "-c", script);
  const volumes = async (...args: readonly string[]): Promise<string> =>
    await machine.out(...machine.ordinal("volumes", ...args));
  const attempt = async (...args: readonly string[]): Promise<Finished> =>
    await machine.run(machine.ordinal("volumes", ...args));
  const list = async (): Promise<readonly VolumeLine[]> =>
    JSON.parse(await volumes("list", "-o", "json")) as readonly VolumeLine[];
  const trash = async (): Promise<readonly TrashLine[]> =>
    JSON.parse(await volumes("trash", "-o", "json")) as readonly TrashLine[];

  async function scale(replicas: number): Promise<void> {
    await writeFile(join(machine.dir, "set.yaml"), set(replicas));
    await kubectl("apply", "-f", "set.yaml");
    if (replicas > 0)
      await kubectl("wait", "statefulset/db", "--for=jsonpath={.status.readyReplicas}=1", "--timeout=30s");
    else await kubectl("wait", "pod/db-0", "--for=delete", "--timeout=30s");
  }

  async function deleteClaim(name: string): Promise<void> {
    await kubectl("delete", "pvc", name);
    await eventually("its volume is gone", async () => !(await kubectl("get", "pv")).includes(`default/${name}`));
  }

  it("S37 shows claims, what they take up, and where they are", async () => {
    await scale(1);
    await inPod(
      "echo precious >/data/file; dd if=/dev/zero of=/data/big bs=1M count=8 2>/dev/null; md5sum </data/big >/data/sum",
    );
    const line = await eventually("it has been measured", async () =>
      (await list()).find(({ usedBytes = 0 }) => usedBytes > 8 * 2 ** 20),
    );
    expect(line).to.include({ claim: "data-db-0", phase: "Bound" });
    expect(await readFile(join(line.path, "file"), "utf8")).to.equal("precious\n");
    expect(await volumes()).to.match(
      /^NAMESPACE +CLAIM +PHASE +CLASS +USED +CLAIMED +PATH\ndefault +data-db-0 +Bound +local-path +8\.0Mi +16Mi +\S+_default_data-db-0$/,
    );
    expect(await volumes("-o", "wide")).to.match(/ VOLUME +RECLAIM\n.* pvc-\S+ +Delete$/);
    expect(await volumes("usage")).to.match(/ USED% +INODES +PATH\ndefault +data-db-0 +8\.0Mi +16Mi +50% +4 +\S+$/);
    expect(await volumes("-n", "elsewhere")).to.equal("There are no volumes in elsewhere.");
  });

  it("S13 puts the volume of a deleted claim into the trash, where it can be found", async () => {
    await kubectl("delete", "statefulset", "db");
    await kubectl("wait", "pod/db-0", "--for=delete", "--timeout=30s");
    await deleteClaim("data-db-0");
    expect(await volumes()).to.equal("There are no volumes.");
    expect(await volumes("trash")).to.match(
      /^ENTRY +DELETED +CLAIM +SIZE +USED +EXPIRES +PATH\ndata-db-0-[0-9a-f]{12} +\d+s ago +default\/data-db-0 +16Mi +8\.0Mi +in 23h59m +\S+\/volumes\/\.trash\/data-db-0-\w+$/,
    );
    const [entry] = await trash();
    expect(await readFile(join(entry?.path ?? "", "file"), "utf8")).to.equal("precious\n");
  });

  it("S42 gives it back to the claim of a StatefulSet that was made anew, the same bytes in the same directory", async () => {
    await scale(1);
    const refused = await attempt("restore", "data-db-0");
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(
      /claim default\/data-db-0 has a volume already, pvc-.*: delete the claim first, or restore beside it with --as NAME/,
    );
    await scale(0);
    await deleteClaim("data-db-0");
    const entry = (await trash()).find(({ usedBytes }) => usedBytes > 8 * 2 ** 20);
    expect(await volumes("restore", entry?.entry ?? "")).to.match(
      /^Claim default\/data-db-0 gets data-db-0-\w+ back …\nRestored to \S+_default_data-db-0\nA pod that uses claim data-db-0 /,
    );
    await scale(1);
    expect(await inPod("cat /data/file; md5sum </data/big | cmp - /data/sum && echo same")).to.equal("precious\nsame");
  });

  it("restores beside a claim, and to a claim that waits, by its name and the newest first", async () => {
    const [older] = await trash();
    expect(await volumes("restore", older?.entry ?? "", "--as", "beside")).to.contain("_default_beside");
    await writeFile(join((await list()).find(({ claim }) => claim === "beside")?.path ?? "", "file"), "beside");
    await deleteClaim("beside");
    const claim = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: beside }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 16Mi } } }
`;
    await writeFile(join(machine.dir, "claim.yaml"), claim);
    await kubectl("apply", "-f", "claim.yaml");
    await volumes("restore", "beside");
    const path = (await list()).find((each) => each.claim === "beside")?.path ?? "";
    expect(await readFile(join(path, "file"), "utf8")).to.equal("beside");
    await kubectl("delete", "pvc", "beside");
  });

  it("S23 says at the claim why it cannot have back what it asks for", async () => {
    const claim = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: other
  annotations: { ordinal.internal/restore-from: latest, volume.kubernetes.io/selected-node: ordinal }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 16Mi } } }
`;
    await writeFile(join(machine.dir, "claim.yaml"), claim);
    await kubectl("apply", "-f", "claim.yaml");
    const said = await eventually("the event is there", async () => {
      const events = await kubectl("get", "events", "--field-selector=reason=ProvisioningFailed");
      return events.includes("no volume of a claim default/other is in the trash") && events;
    });
    expect(said).to.match(/there are beside-\w+ \(claim beside, 16Mi, deleted /);
    await kubectl("delete", "pvc", "other");
  });

  it("finds the trash without a daemon, and removes from it only what a person says yes to", async () => {
    await machine.out(...machine.ordinal("stop"));
    const before = await trash();
    expect(before.map(({ claim }) => claim)).to.deep.equal(["beside"]);
    expect((await attempt("list")).stderr).to.match(
      /^ordinal: Ordinal is not running on .*; start it with "ordinal start"/,
    );
    const asked = await attempt("prune", "--all");
    expect([asked.code, asked.stderr]).to.deep.equal([
      1,
      "ordinal: there is no terminal to ask at, so nothing was changed; say --yes to go on, or --dry-run to look\n",
    ]);
    expect((await attempt("prune")).stderr).to.contain(
      "say what to remove: entries by name, or --all, or --older-than",
    );
    expect((await attempt("prune", "nobody", "--yes")).stderr).to.contain('there is no entry "nobody" in the trash');
    expect(await volumes("prune", "--older-than", "1h", "--yes")).to.equal("There is nothing in the trash to remove.");
    expect(await volumes("prune", "--all", "--dry-run")).to.match(
      /^These volumes will be removed for good:[^]*\nNothing was removed\.$/,
    );
    expect(await trash()).to.deep.equal(before);
    expect(await volumes("prune", before[0]?.entry ?? "", "--yes")).to.match(/\nRemoved 1 volume, \S+\.$/);
    expect(await volumes("trash")).to.equal("The trash is empty.");
    // Records of what has just been restored stay until the daemon has seen the volumes.
    const left = await readdir(join(machine.dataDir, "volumes/.trash"));
    expect(left.filter((name) => name.startsWith(before[0]?.entry ?? ""))).to.deep.equal([]);
    expect(left.filter((name) => !name.startsWith(".") && !name.endsWith(".json"))).to.deep.equal([]);
  });

  it("S13 keeps nothing with --trash-hold 0, and says what a word cannot be", async () => {
    await machine.startDaemon(...flags, "--trash-hold", "0");
    await scale(1);
    await scale(0);
    await deleteClaim("data-db-0");
    expect(await volumes("trash")).to.equal("The trash is empty.");
    await mkdir(join(machine.dir, "nobody"));
    for (const [args, words] of [
      [["bogus"], 'there is no "ordinal volumes bogus"; there are list, usage, trash, restore, prune'],
      [["list", "-o", "xml"], "-o xml: must be text or wide or json"],
      [["usage", "extra"], '"ordinal volumes usage" takes no "extra"'],
      [["restore"], "say one entry to restore, or the claim it was of"],
      [["restore", "nothing"], 'the trash has neither an entry nor a claim "nothing"'],
      [["prune", "--older-than", "long"], "--older-than long: must be a duration such as 24h"],
      [["list", "--data-dir", join(machine.dir, "nobody")], "Ordinal is not running on "],
    ] as const) {
      const { code, stderr } = await attempt(...args);
      expect([code, stderr.includes(words)], `${args.join(" ")}: ${stderr}`).to.deep.equal([1, true]);
    }
    for (const name of ["list", "usage", "trash", "restore", "prune"])
      expect(await volumes(name, "--help")).to.match(new RegExp(`^usage: ordinal volumes ${name} `));
  });
});
