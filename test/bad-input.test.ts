import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const manifests = join(import.meta.dirname, "manifests");

describe("bad input", () => {
  const kubectlProgram = kubectlPath() ?? "kubectl";
  const problem = machineProblem() ?? kubectlProblem();
  let machine: Machine;
  let set: string;

  before(async function () {
    if (problem !== undefined) {
      this.test?.parent?.tests.forEach((test) => (test.title += ` (skipped: ${problem})`));
      this.skip();
    }
    machine = await Machine.create();
    set = await readFile(join(manifests, "statefulset.yaml"), "utf8");
    await machine.startDaemon();
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });

  /** What kubectl says when it fails; throws when it does not. */
  async function refused(input: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await machine.run([kubectlProgram, ...args], { input });
    if (code === 0) throw new Error(`kubectl ${args.join(" ")} should have been refused:\n${stdout}`);
    return stderr;
  }

  const applied: readonly (readonly [what: string, change: (set: string) => string, said: string])[] = [
    ["A6 an unknown field", (text) => text.replace("replicas: 2", "replicaz: 2"), 'unknown field "spec.replicaz"'],
    [
      "A6 an unknown field deep inside",
      (text) => text.replace("image:", "imagez:"),
      'unknown field "spec.template.spec.containers[0].imagez"',
    ],
    [
      "A6 a wrong type",
      (text) => text.replace("replicas: 2", "replicas: two"),
      "cannot unmarshal string into Go struct field StatefulSetSpec.spec.replicas of type int32",
    ],
    [
      "C35 a selector that does not match",
      (text) => text.replace("app: nginx\n    spec", "app: other\n    spec"),
      "`selector` does not match template `labels`",
    ],
    [
      "C35 a negative count",
      (text) => text.replace("replicas: 2", "replicas: -1"),
      "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
    ],
    [
      "C35 a name that is no DNS name",
      (text) => text.replace("name: web\nspec", "name: Web_1\nspec"),
      'metadata.name: Invalid value: "Web_1": a lowercase RFC 1123',
    ],
    [
      "a size that is no quantity",
      (text) => text.replace("1Gi", "1Gi5"),
      "quantities must match the regular expression",
    ],
    [
      "a mount of a volume that is not there",
      (text) => text.replace("name: www\n              mountPath", "name: nowhere\n              mountPath"),
      'spec.template.spec.containers[0].volumeMounts[0].name: Not found: "nowhere"',
    ],
  ];
  for (const [what, change, said] of applied) {
    it(`${what} is refused, and nothing changes`, async () => {
      expect(change(set)).not.to.equal(set);
      const words = await refused(change(set), "apply", "-f", "-");
      expect(words).to.contain(said);
      expect(await machine.out(kubectlProgram, "get", "statefulsets", "-o", "name")).to.equal("");
    });
  }

  it("S12 says on claim and pod that no class can serve the claim", async () => {
    const broken = set
      .replaceAll("www", "bad")
      .replace("spec:\n        accessModes", "spec:\n        storageClassName: nonsense\n        accessModes")
      .replace("name: web\nspec", "name: bad\nspec");
    await machine.run([kubectlProgram, "apply", "-f", "-"], { input: broken });
    await eventually("the claim's event is there", async () =>
      (await machine.out(kubectlProgram, "describe", "pvc", "bad-bad-0")).includes(
        'storageclass.storage.k8s.io "nonsense" not found',
      ),
    );
    await eventually("the pod says why it waits", async () =>
      (await machine.out(kubectlProgram, "describe", "pod", "bad-0")).includes(
        "pod has unbound immediate PersistentVolumeClaims",
      ),
    );
    expect(await machine.out(kubectlProgram, "get", "pod", "bad-0", "--no-headers")).to.match(/^bad-0 +0\/1 +Pending/);
    await machine.out(kubectlProgram, "delete", "sts,pvc", "--all");
  });

  it("waits with ErrImagePull for an image it knows nothing of, and says how to add a profile", async () => {
    await machine.out(kubectlProgram, "run", "strange", "--image=example.com/strange:1");
    await eventually("the pod says so", async () =>
      /ErrImagePull|ImagePullBackOff/.test(await machine.out(kubectlProgram, "get", "pod", "strange", "--no-headers")),
    );
    expect(await machine.out(kubectlProgram, "describe", "pod", "strange")).to.match(/profile[\s\S]*strange/);
    await machine.out(kubectlProgram, "delete", "pod", "strange");
  });

  it("A14 answers 401 without credentials, and says nothing else", async () => {
    const { stdout } = await machine.run(["curl", "-sk", "https://127.0.0.1:6445/api/v1/secrets"]);
    expect(JSON.parse(stdout)).to.include({ kind: "Status", code: 401, reason: "Unauthorized" });
    expect(
      (await machine.run(["curl", "-sk", "-H", "Authorization: Bearer guess", "https://127.0.0.1:6445/api"])).stdout,
    ).to.contain("Unauthorized");
    expect((await machine.run(["stat", "-c", "%a", join(machine.dataDir, "kubeconfig")])).stdout.trim()).to.equal(
      "600",
    );
  });

  it("O1 reports a broken manifest with its place, and keeps what it had", async () => {
    const folder = join(machine.dataDir, "manifests");
    await cp(join(manifests, "svc.yaml"), join(folder, "svc.yaml"));
    await eventually(
      "the service is there",
      async () => (await machine.run([kubectlProgram, "get", "service", "nginx"])).code === 0,
    );
    const good = await readFile(join(folder, "svc.yaml"), "utf8");
    await writeFile(join(folder, "svc.yaml"), good.replace("    - port: 80", "    - prot: 80"));
    await eventually("the problem is said", () =>
      machine.output.includes(
        'svc.yaml:9:7 Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.ports[0].prot"\n        - prot: 80\n          ^',
      ),
    );
    await writeFile(join(folder, "svc.yaml"), `${good}  : [\n`);
    await eventually("the syntax error is said", () => /svc\.yaml:1[3-6]:\d+ /.test(machine.output));
    expect(
      await machine.out(kubectlProgram, "get", "service", "nginx", "-o", "jsonpath={.spec.ports[0].port}"),
    ).to.equal("80");
    await rm(join(folder, "svc.yaml"));
    await eventually(
      "the service is gone",
      async () => (await machine.run([kubectlProgram, "get", "service", "nginx"])).code !== 0,
    );
  });

  it("O3 refuses a second daemon on the same data directory", async () => {
    const { code, stderr } = await machine.run(machine.ordinal("start"));
    expect(code).to.equal(1);
    expect(stderr).to.match(
      /another daemon \(pid \d+\) already uses this data directory; stop it with "ordinal stop", or .*--data-dir/,
    );
    expect(await machine.readyz()).to.equal(true);
  });

  it("refuses busy ports, says what to do, and leaves nothing running", async () => {
    const other = join(machine.dir, "other");
    const ranges = ["--pod-cidr", "10.245.0.0/16", "--service-cidr", "10.97.0.0/16"];
    const api = await machine.run(machine.ordinal("start", "--data-dir", other, ...ranges));
    expect(api.stderr).to.match(/the API cannot listen on 127\.0\.0\.1:6445.*--api-port/);
    const dns = await machine.run(machine.ordinal("start", "--data-dir", other, "--api-port", "0", ...ranges));
    expect(dns.code).to.equal(1);
    expect(dns.stderr).to.match(/DNS cannot listen on 127\.0\.0\.1:10053/);
    const left = await machine.sh(`pgrep -fc -- '[-]-kubeconfig=${other}/' || true`);
    expect(left).to.equal("0");
    await machine.out(...machine.ordinal("stop", "--data-dir", other));
  });

  it("refuses ranges that another daemon uses, naming the flag", async () => {
    const { code, stderr } = await machine.run(
      machine.ordinal("start", "--data-dir", join(machine.dir, "third"), "--api-port", "0"),
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(/10\.244\.0\.0\/16.*--pod-cidr/);
  });

  it("O3 runs two daemons side by side on ports and ranges of their own", async () => {
    const other = join(machine.dir, "second");
    const flags = [
      "--data-dir",
      other,
      "--api-port",
      "0",
      "--dns-listen",
      "127.0.0.1:10054",
      "--pod-cidr",
      "10.246.0.0/16",
      "--service-cidr",
      "10.98.0.0/16",
      "--detach",
    ];
    expect(await machine.out(...machine.ordinal("start", ...flags))).to.contain("Ordinal is ready.");
    const second = [kubectlProgram, "--kubeconfig", join(other, "kubeconfig")];
    await machine.out(...second, "run", "alone", "--image=nginx");
    await machine.out(...second, "wait", "pod/alone", "--for=condition=Ready", "--timeout=30s");
    expect((await machine.run([kubectlProgram, "get", "pod", "alone"])).code).to.equal(1);
    expect(await machine.out(...machine.ordinal("stop", "--data-dir", other))).to.contain("have ended");
  });

  it("refuses a data directory that cannot be written, naming it and the flag", async () => {
    const file = join(machine.dir, "file");
    await writeFile(file, "");
    expect((await machine.run(machine.ordinal("start", "--data-dir", file))).stderr).to.match(
      /data directory .*file: a file is in the way; give a directory you own with --data-dir/,
    );
    expect((await machine.run(machine.ordinal("start", "--data-dir", "/proc/ordinal"))).stderr).to.match(
      /data directory \/proc\/ordinal: no directory can be made there.*--data-dir/,
    );
    const readOnly = `mkdir -p ro && mount -t tmpfs -o ro tmpfs ro && exec ${machine.ordinal("start", "--data-dir", "ro/data").join(" ")}`;
    expect((await machine.run(["unshare", "--mount", "sh", "-c", readOnly])).stderr).to.contain(
      "the file system is read-only",
    );
  });

  it("says what is wrong with flags, and shows help", async () => {
    expect((await machine.run(machine.ordinal("start", "--api-prot", "1"))).stderr).to.contain(
      "Unknown option '--api-prot'",
    );
    expect((await machine.run(machine.ordinal("begin"))).stderr).to.contain('unknown command "begin"');
    for (const command of ["start", "stop", "status", "kubeconfig", "dns", "logs", "version"]) {
      expect(await machine.out(...machine.ordinal(command, "--help"))).to.match(
        new RegExp(`^usage: ordinal ${command}`),
      );
    }
  });

  it("says that nothing is running where nothing is", async () => {
    const { code, stdout } = await machine.run(machine.ordinal("status", "--data-dir", join(machine.dir, "nothing")));
    expect([code, stdout.trim()]).to.deep.equal([3, "Ordinal is not running. Start it with: ordinal start"]);
  });
});
