import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const claim = (name: string, storage: string, more = ""): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${JSON.stringify(name)} }
spec:
  accessModes: [ReadWriteOnce]
  resources: { requests: { storage: ${storage} } }
  ${more}
`;

const podOf = (name: string, volume: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - { name: main, image: pause, volumeMounts: [{ name: scratch, mountPath: /scratch }] }
  volumes:
    - name: scratch
      ${volume}
`;

const ephemeral =
  "ephemeral: { volumeClaimTemplate: { metadata: { labels: { app: web } }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } } } }";

describe("limits on storage, with kubectl and real pods", function () {
  this.timeout(60_000);
  const program = kubectlPath() ?? "kubectl";
  let rig: Machine | undefined;

  before(async function () {
    const problem = machineProblem() ?? kubectlProblem();
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    rig = await Machine.create();
    await rig.startDaemon("--runtime", "sandbox", "--dns-upstream", "none");
  });
  after(async () => {
    await rig?.destroy();
  });

  function machine(): Machine {
    if (rig === undefined) throw new Error("there is no machine");
    return rig;
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    return await machine().out(program, ...args);
  }

  async function create(manifest: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await machine().run([program, "create", "-f", "-", ...args], { input: manifest });
    return code === 0 ? stdout.trim() : stderr.trim();
  }

  async function refusal(...args: readonly string[]): Promise<string> {
    const { code, stderr } = await machine().run([program, ...args]);
    expect(code).not.to.equal(0);
    return stderr.trim();
  }

  it("S39 a quota is made, shown and described by kubectl, and refuses what exceeds it", async () => {
    const hard =
      "requests.storage=1Gi,persistentvolumeclaims=2,local-path.storageclass.storage.k8s.io/requests.storage=600Mi";
    expect(await kubectl("create", "quota", "disk", `--hard=${hard}`)).to.equal("resourcequota/disk created");
    expect(await create(claim("a", "500Mi"))).to.equal("persistentvolumeclaim/a created");
    expect(await create(claim("b", "600Mi"))).to.equal(
      'Error from server (Forbidden): error when creating "STDIN": persistentvolumeclaims "b" is forbidden: exceeded quota: disk, requested: local-path.storageclass.storage.k8s.io/requests.storage=600Mi,requests.storage=600Mi, used: local-path.storageclass.storage.k8s.io/requests.storage=500Mi,requests.storage=500Mi, limited: local-path.storageclass.storage.k8s.io/requests.storage=600Mi,requests.storage=1Gi',
    );
    await kubectl("wait", "quota/disk", "--for=jsonpath={.status.used.persistentvolumeclaims}=1", "--timeout=10s");
    expect(await kubectl("get", "quota", "disk", "--no-headers")).to.match(
      /^disk +local-path.storageclass.storage.k8s.io\/requests.storage: 500Mi\/600Mi, persistentvolumeclaims: 1\/2, requests.storage: 500Mi\/1Gi +\d+s$/,
    );
    expect(await kubectl("describe", "quota", "disk")).to.match(/^persistentvolumeclaims +1 +2$/m);
    expect(await kubectl("describe", "namespace", "default")).to.match(/^ +requests.storage +500Mi +1Gi$/m);
    await kubectl("delete", "pvc", "a");
    await kubectl("wait", "quota/disk", "--for=jsonpath={.status.used.persistentvolumeclaims}=0", "--timeout=10s");
    await kubectl("delete", "quota", "disk");
  });

  it("S39 a StatefulSet beyond its quota says so, and goes on once there is room", async () => {
    await kubectl("create", "quota", "few", "--hard=persistentvolumeclaims=1");
    const template = `{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 10Mi } } } }`;
    await create(`
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db }
spec:
  replicas: 2
  selector: { matchLabels: { app: db } }
  persistentVolumeClaimRetentionPolicy: { whenDeleted: Delete }
  template:
    metadata: { labels: { app: db } }
    spec: { terminationGracePeriodSeconds: 0, containers: [{ name: main, image: pause }] }
  volumeClaimTemplates: [${template}]
`);
    const events = [
      "get",
      "events",
      "--field-selector=involvedObject.name=db,reason=FailedCreate",
      "-o",
      "jsonpath={.items[*].message}",
    ];
    const said = await eventually(
      "the set says why it cannot go on",
      async () => (await kubectl(...events)) || undefined,
    );
    expect(said).to.contain(
      'persistentvolumeclaims "data-db-1" is forbidden: exceeded quota: few, requested: persistentvolumeclaims=1, used: persistentvolumeclaims=1, limited: persistentvolumeclaims=1',
    );
    await kubectl("patch", "quota", "few", "--type=merge", "-p", '{"spec":{"hard":{"persistentvolumeclaims":"2"}}}');
    await kubectl("wait", "statefulset/db", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=40s");
    await kubectl("delete", "statefulset/db", "quota/few");
    await kubectl("wait", "pvc", "-l", "app=db", "--for=delete", "--timeout=30s");
  });

  it("S40 a limit range is described by kubectl, and refuses claims outside it", async () => {
    const range = `
apiVersion: v1
kind: LimitRange
metadata: { name: sizes }
spec: { limits: [{ type: PersistentVolumeClaim, min: { storage: 10Mi }, max: { storage: 1Gi } }] }
`;
    expect(await create(range)).to.equal("limitrange/sizes created");
    expect(await kubectl("describe", "limitrange", "sizes")).to.match(
      /^PersistentVolumeClaim +storage +10Mi +1Gi +- +- +-$/m,
    );
    expect(await kubectl("get", "limits", "--no-headers")).to.match(/^sizes +\d{4}-\d\d-\d\dT/);
    expect(await create(claim("a", "2Gi"))).to.contain(
      'persistentvolumeclaims "a" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    );
    expect(await create(claim("a", "1Mi"))).to.contain("minimum storage usage per PersistentVolumeClaim is 10Mi");
    await kubectl("delete", "limitrange", "sizes");
  });

  it("S45 a pod has a volume of its own as long as it lives", async () => {
    await create(podOf("web", ephemeral));
    await kubectl("wait", "pod/web", "--for=condition=Ready", "--timeout=30s");
    const owner = "jsonpath={.metadata.labels.app} {.metadata.ownerReferences[0].name} {.status.phase}";
    expect(await kubectl("get", "pvc", "web-scratch", "-o", owner)).to.equal("web web Bound");
    await kubectl("exec", "web", "--", "sh", "-c", "echo words >/scratch/words");
    expect(await machine().sh(`cat ${machine().dataDir}/volumes/*_default_web-scratch/words`)).to.equal("words");
    expect(await kubectl("describe", "pod", "web")).to.contain("EphemeralVolume (an inline specification for a volume");
    await kubectl("delete", "pod", "web");
    await kubectl("wait", "pvc/web-scratch", "--for=delete", "--timeout=20s");
  });

  it("S45 a claim of somebody else is not taken, and the pod says so", async () => {
    await create(claim("other-scratch", "10Mi"));
    await create(podOf("other", ephemeral));
    const scheduled = 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}=Unschedulable';
    await kubectl("wait", "pod/other", `--for=${scheduled}`, "--timeout=20s");
    const events = await kubectl(
      "get",
      "events",
      "--field-selector=involvedObject.name=other",
      "-o",
      'jsonpath={range .items[*]}{.reason}: {.message}{"\\n"}{end}',
    );
    const problem = "PVC default/other-scratch was not created for pod default/other (pod is not owner)";
    expect(events.split("\n")).to.include.members([
      `FailedBinding: ephemeral volume scratch: ${problem}`,
      `FailedScheduling: 0/1 nodes are available: ${problem}.`,
    ]);
    await kubectl("delete", "pod/other", "pvc/other-scratch");
  });

  it("S12 a pod waits for its claim, and runs once it is there", async () => {
    await create(podOf("early", "persistentVolumeClaim: { claimName: late }"));
    const message = 'jsonpath={.status.conditions[?(@.type=="PodScheduled")].message}';
    await kubectl(
      "wait",
      "pod/early",
      "--for",
      `${message}=0/1 nodes are available: persistentvolumeclaim "late" not found.`,
      "--timeout=20s",
    );
    expect(await kubectl("get", "pod", "early", "--no-headers")).to.match(/^early +0\/1 +Pending /);
    expect(
      await kubectl("get", "events", "--field-selector=involvedObject.name=early,reason=FailedScheduling"),
    ).to.contain('persistentvolumeclaim "late" not found');
    await create(claim("late", "10Mi"));
    await kubectl("wait", "pod/early", "--for=condition=Ready", "--timeout=30s");
    await kubectl("delete", "pod/early", "pvc/late");
  });

  it("S41 S50 what is fixed stays as it is, with upstream's words", async () => {
    await create(claim("fixed", "10Mi"));
    const patch = async (what: string, body: object): Promise<string> =>
      await refusal("patch", ...what.split("/"), "--type=merge", "-p", JSON.stringify(body));
    expect(await patch("pvc/fixed", { spec: { accessModes: ["ReadWriteMany"] } })).to.match(
      /^The PersistentVolumeClaim "fixed" is invalid: spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n/,
    );
    expect(await patch("storageclass/local-path", { parameters: { nodePath: "/elsewhere" } })).to.equal(
      'The StorageClass "local-path" is invalid: parameters: Forbidden: updates to parameters are forbidden.',
    );
    expect(await patch("storageclass/local-path", { reclaimPolicy: "Retain" })).to.contain(
      "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
    );
    await kubectl("delete", "pvc", "fixed");
  });

  describe("hostile input", () => {
    before(async () => {
      await eventually(
        "what was made before is gone",
        async () => (await kubectl("get", "pvc,pv", "-o", "name")) === "",
      );
    });

    const hostile: readonly (readonly [what: string, manifest: string, words: string])[] = [
      ["a claim of nothing", claim("x", "0"), "must be greater than zero"],
      ["a claim of less than nothing", claim("x", '"-1"'), "must be greater than zero"],
      ["a claim of 1e30", claim("x", "1e30"), "must be no more than 9223372036854775807 bytes"],
      ["a claim of 1Gi5", claim("x", "1Gi5"), "quantities must match the regular expression"],
      [
        "a claim of a thousand digits",
        claim("x", `"${"9".repeat(1000)}"`),
        "quantities must match the regular expression",
      ],
      ["a name that leads upwards", claim("../x", "1Mi"), 'Invalid value: "../x"'],
      ["a name with NUL", claim("x\0", "1Mi"), "Invalid value"],
      ["a name with a newline", claim("x\n", "1Mi"), "Invalid value"],
      ["a name of 300 bytes", claim("x".repeat(300), "1Mi"), "must be no more than 253"],
      ["a class that leads upwards", claim("x", "1Mi", 'storageClassName: "../../etc"'), 'Invalid value: "../../etc"'],
      ["a host path that leads upwards", podOf("x", "hostPath: { path: /tmp/../etc }"), "must not contain '..'"],
    ];
    for (const [what, manifest, words] of hostile) {
      it(`S41 refuses ${what}, and touches nothing`, async () => {
        const before = await machine().sh(`ls -A ${machine().dataDir}/volumes`);
        expect(await create(manifest, "--validate=false")).to.contain(words);
        expect(await kubectl("get", "pvc,pv", "-o", "name")).to.equal("");
        expect(await machine().sh(`ls -A ${machine().dataDir}/volumes`)).to.equal(before);
      });
    }
  });
});
