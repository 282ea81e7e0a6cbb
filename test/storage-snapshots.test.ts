import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";

const redis = (className: string): string => `
apiVersion: v1
kind: Service
metadata: { name: redis }
spec: { clusterIP: None, selector: { app: redis }, ports: [{ port: 6379 }] }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: redis }
spec:
  serviceName: redis
  selector: { matchLabels: { app: redis } }
  template:
    metadata: { labels: { app: redis } }
    spec: ${podSpec("data", "")}
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { accessModes: [ReadWriteOnce], storageClassName: ${className}, resources: { requests: { storage: 32Mi } } }
`;

const copyOf = (name: string, { className, source }: { className: string; source: string }): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name} }
spec:
  accessModes: [ReadWriteOnce]
  storageClassName: ${className}
  resources: { requests: { storage: 48Mi } }
  dataSource: ${source}
---
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: ${podSpec("data", `, volumes: [{ name: data, persistentVolumeClaim: { claimName: ${name} } }]`)}
`;

function podSpec(volume: string, more: string): string {
  const command = `["redis-server", "--dir", "/data", "--appendonly", "yes", "--appendfsync", "always"]`;
  const mounts = `[{ name: ${volume}, mountPath: /data }]`;
  return `{ terminationGracePeriodSeconds: 1, containers: [{ name: redis, image: busybox, command: ${command}, volumeMounts: ${mounts} }]${more} }`;
}

const snapshot = `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshot
metadata: { name: before }
spec: { source: { persistentVolumeClaimName: data-redis-0 } }
`;

describe("snapshots of a running database, with kubectl and real pods", function () {
  this.timeout(120_000);
  const program = kubectlPath() ?? "kubectl";
  let rig: Machine | undefined;

  before(async function () {
    const missing = programPath("redis-server") === undefined ? "needs the program redis-server" : undefined;
    const problem = machineProblem() ?? kubectlProblem() ?? missing;
    if (problem === undefined) return;
    this["skipReason"] = problem;
    this.skip();
  });
  beforeEach(async () => {
    rig = await Machine.create();
    await rig.startDaemon("--runtime", "sandbox", "--dns-upstream", "none");
  });
  afterEach(async () => {
    await rig?.destroy();
    rig = undefined;
  });

  function machine(): Machine {
    if (rig === undefined) throw new Error("there is no machine");
    return rig;
  }

  async function kubectl(...args: readonly string[]): Promise<string> {
    return await machine().out(program, ...args);
  }

  async function apply(manifest: string): Promise<void> {
    const { code, stderr } = await machine().run([program, "apply", "-f", "-"], { input: manifest });
    if (code !== 0) throw new Error(stderr);
  }

  const say = async (pod: string, ...words: readonly string[]): Promise<string> =>
    await kubectl("exec", pod, "--", "redis-cli", ...words);

  for (const className of ["local-path", "local-image"]) {
    it(`S38 keeps a moment of it, and makes volumes of that and of the claim itself (${className})`, async function () {
      if (className === "local-image" && programPath("mkfs.ext4") === undefined) {
        this["skipReason"] = "needs the program mkfs.ext4";
        this.skip();
      }
      await apply(redis(className));
      await eventually("the pod is there", async () =>
        (await kubectl("get", "pods", "-o", "name")).includes("redis-0"),
      );
      await kubectl("wait", "--for=condition=Ready", "pod/redis-0", "--timeout=30s");
      await say("redis-0", "set", "day", "monday");
      await apply(snapshot);
      await kubectl("wait", "--for=jsonpath={.status.readyToUse}=true", "volumesnapshot/before", "--timeout=30s");
      expect(await kubectl("get", "vs", "before", "--no-headers")).to.match(
        new RegExp(`^before +true +data-redis-0 +32Mi +${className} +snapcontent-[0-9a-f-]+ +\\d+s +\\d+s$`),
      );
      const consistency = "{.metadata.annotations.ordinal\\.internal/snapshot-consistency}";
      expect(await kubectl("get", "vs", "before", "-o", `jsonpath=${consistency}`)).to.match(/^crash-consistent: /);
      await say("redis-0", "set", "day", "tuesday");
      const [group, kind] = ["snapshot.storage.k8s.io", "VolumeSnapshot"];
      await apply(copyOf("restored", { className, source: `{ apiGroup: ${group}, kind: ${kind}, name: before }` }));
      await apply(copyOf("clone", { className, source: "{ kind: PersistentVolumeClaim, name: data-redis-0 }" }));
      await kubectl("wait", "--for=condition=Ready", "pod/restored", "pod/clone", "--timeout=30s");
      for (const [pod, day] of [
        ["restored", "monday"],
        ["clone", "tuesday"],
        ["redis-0", "tuesday"],
      ] as const)
        expect(await say(pod, "get", "day"), pod).to.equal(day);
      expect(await kubectl("describe", "vs", "before")).to.contain("Snapshot default/before is ready to use.");
      expect(await kubectl("explain", "volumesnapshotcontent.spec.source.snapshotHandle")).to.contain("<string>");
      await kubectl("delete", "vs", "before", "--timeout=30s");
      expect(await kubectl("get", "vsc", "-o", "name")).to.equal("");
      expect(await readdir(join(machine().dataDir, "volumes", ".snapshots"))).to.deep.equal([]);
    });
  }
});
