import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const manifest = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 20Mi } } }
---
apiVersion: v1
kind: Pod
metadata: { name: writer }
spec:
  terminationGracePeriodSeconds: 0
  containers:
    - name: main
      image: busybox
      command: [sh, -c, "head -c 18000000 /dev/zero >/data/a; exec sleep 1000000"]
      volumeMounts: [{ name: data, mountPath: /data }]
  volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]
`;

interface Summary {
  readonly pods: readonly {
    readonly podRef: { readonly name: string };
    readonly volume?: readonly { readonly name: string; readonly usedBytes: number; readonly pvcRef: object }[];
  }[];
}

describe("the usage of a volume, with kubectl", function () {
  this.timeout(60_000);
  const problem = machineProblem() ?? kubectlProblem();
  const kubectl = kubectlPath() ?? "kubectl";
  let machine: Machine;

  before(async function () {
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    machine = await Machine.create();
    await machine.startDaemon("--runtime", "sandbox", "--dns-upstream", "none");
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });

  it("S37 shows what a pod has written in the metrics, in the summary, and in an event of the claim", async () => {
    const { code, stderr } = await machine.run([kubectl, "apply", "-f", "-"], { input: manifest });
    expect(code, stderr).to.equal(0);
    const name = 'kubelet_volume_stats_used_bytes{namespace="default",persistentvolumeclaim="data"} ';
    const metrics = async (path: string): Promise<string> => await machine.out(kubectl, "get", "--raw", path);
    const line = await eventually("the bytes are in the metrics", async () => {
      const lines = (await metrics("/metrics")).split("\n");
      return lines.find((each) => each.startsWith(name) && Number(each.slice(name.length)) >= 18_000_000);
    });
    const used = Number(line.slice(name.length));
    expect(used).to.be.below(19_000_000);
    expect(await metrics("/api/v1/nodes/ordinal/proxy/metrics")).to.include(name);

    const summary = JSON.parse(await metrics("/api/v1/nodes/ordinal/proxy/stats/summary")) as Summary;
    const pod = summary.pods.find(({ podRef }) => podRef.name === "writer");
    expect(pod?.volume?.[0]).to.deep.include({
      name: "data",
      usedBytes: used,
      pvcRef: { name: "data", namespace: "default" },
    });

    const described = await eventually("the claim is warned of", async () => {
      const said = await machine.out(kubectl, "describe", "pvc", "data");
      return said.includes("VolumeNearlyFull") ? said : undefined;
    });
    expect(described).to.match(
      /Warning +VolumeNearlyFull +\S+ +kubelet +The volume holds 17\.\dMi, 85% of the 20Mi claimed\./,
    );
  });
});
