import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { killAll, ownProcesses, podProcesses } from "../scripts/chaos-test/processes.ts";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const flags = ["--runtime", "sandbox", "--dns-upstream", "none"];
const policies = ["Retain", "Delete"] as const;
type Policy = (typeof policies)[number];

/** Pods that write nothing by themselves, and end at once when they are told to. */
function setNamed(name: string, { whenDeleted, whenScaled }: Record<"whenDeleted" | "whenScaled", Policy>): object {
  const app = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name },
    spec: {
      replicas: 2,
      podManagementPolicy: "Parallel",
      persistentVolumeClaimRetentionPolicy: { whenDeleted, whenScaled },
      selector: { matchLabels: app },
      template: {
        metadata: { labels: app },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: "main", image: "pause", volumeMounts: [{ name: "data", mountPath: "/data" }] }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "10Mi" } } },
        },
      ],
    },
  };
}

describe("claims of StatefulSets, with kubectl and real pods", function () {
  this.timeout(120_000);
  const program = kubectlPath() ?? "kubectl";
  let rig: Machine | undefined;

  before(async function () {
    const problem = machineProblem() ?? kubectlProblem();
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    rig = await Machine.create();
    await rig.startDaemon(...flags);
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

  async function apply(...objects: readonly object[]): Promise<void> {
    const file = join(machine().dir, "objects.json");
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    await kubectl("apply", "-f", file);
  }

  async function untilReady(set: string, replicas: number): Promise<void> {
    const goal = `jsonpath={.status.readyReplicas}=${replicas}`;
    await kubectl("wait", `statefulset/${set}`, `--for=${goal}`, "--timeout=60s");
  }

  async function scale(set: string, replicas: number): Promise<void> {
    await kubectl("scale", `statefulset/${set}`, `--replicas=${replicas}`);
    await untilReady(set, replicas);
  }

  async function write(pod: string, words: string): Promise<void> {
    await kubectl("exec", pod, "--", "sh", "-c", `echo ${words} >/data/words && sync /data/words`);
  }

  async function read(pod: string): Promise<string> {
    return await kubectl("exec", pod, "--", "sh", "-c", "cat /data/words 2>/dev/null || echo nothing");
  }

  async function claimsOf(set: string): Promise<string> {
    const names = await kubectl("get", "pvc", "-l", `app=${set}`, "-o", "jsonpath={.items[*].metadata.name}");
    return names.split(" ").filter(Boolean).toSorted().join(" ");
  }

  async function untilClaims(set: string, ...names: readonly string[]): Promise<void> {
    const wanted = names.map((each) => `data-${set}-${each}`).join(" ");
    await eventually(`the claims of ${set} are ${wanted}`, async () => (await claimsOf(set)) === wanted);
  }

  async function uidOf(kind: string, name: string): Promise<string> {
    return await kubectl("get", kind, name, "-o", "jsonpath={.metadata.uid}");
  }

  for (const whenDeleted of policies) {
    for (const whenScaled of policies) {
      const set = `d-${whenDeleted}-s-${whenScaled}`.toLowerCase();
      it(`C20 S42 whenDeleted ${whenDeleted}, whenScaled ${whenScaled}: what scaling and deleting leave, and find again`, async () => {
        await apply(setNamed(set, { whenDeleted, whenScaled }));
        await untilReady(set, 2);
        for (const ordinal of [0, 1]) await write(`${set}-${ordinal}`, `of-${ordinal}`);
        await kubectl("scale", `statefulset/${set}`, "--replicas=1");
        await untilClaims(set, ...(whenScaled === "Delete" ? ["0"] : ["0", "1"]));
        await kubectl("wait", `pod/${set}-1`, "--for=delete", "--timeout=30s");
        await scale(set, 2);
        expect(await read(`${set}-1`)).to.equal(whenScaled === "Delete" ? "nothing" : "of-1");
        expect(await read(`${set}-0`)).to.equal("of-0");
        await kubectl("delete", "statefulset", set);
        if (whenDeleted === "Delete") {
          await untilClaims(set);
          return;
        }
        await kubectl("wait", "pod", "-l", `app=${set}`, "--for=delete", "--timeout=30s");
        await untilClaims(set, "0", "1");
        await apply(setNamed(set, { whenDeleted, whenScaled }));
        await untilReady(set, 2);
        expect(await read(`${set}-0`)).to.equal("of-0");
        await kubectl("delete", "statefulset", set);
      });
    }
  }

  it("C20 a policy that is changed on a living set holds for the claims it has", async () => {
    await apply(
      setNamed("to-delete", { whenDeleted: "Retain", whenScaled: "Retain" }),
      setNamed("to-retain", { whenDeleted: "Delete", whenScaled: "Delete" }),
    );
    await Promise.all(["to-delete", "to-retain"].map(async (set) => await untilReady(set, 2)));
    for (const [set, policy, owners] of [
      ["to-delete", "Delete", "StatefulSet"],
      ["to-retain", "Retain", ""],
    ] as const) {
      const spec = { persistentVolumeClaimRetentionPolicy: { whenDeleted: policy, whenScaled: policy } };
      await kubectl("patch", "statefulset", set, "--type=merge", "-p", JSON.stringify({ spec }));
      const owner = "jsonpath={.metadata.ownerReferences[*].kind}";
      await eventually(`the claims of ${set} have owners ${owners}`, async () => {
        const found = await Promise.all(
          [0, 1].map((each) => kubectl("get", "pvc", `data-${set}-${each}`, "-o", owner)),
        );
        return found.every((each) => each === owners);
      });
      await kubectl("scale", `statefulset/${set}`, "--replicas=1");
      await kubectl("wait", `pod/${set}-1`, "--for=delete", "--timeout=30s");
      await untilClaims(set, ...(policy === "Delete" ? ["0"] : ["0", "1"]));
      await kubectl("delete", "statefulset", set);
      await kubectl("wait", "pod", "-l", `app=${set}`, "--for=delete", "--timeout=30s");
      await untilClaims(set, ...(policy === "Delete" ? [] : ["0", "1"]));
    }
  });

  it("S20 S42 a claim that is deleted stays while its pod runs, and is made anew for the next one", async () => {
    await apply(setNamed("web", { whenDeleted: "Retain", whenScaled: "Retain" }));
    await untilReady("web", 2);
    await write("web-0", "old");
    await write("web-1", "kept");
    const claim = await uidOf("pvc", "data-web-0");
    await kubectl("delete", "pvc", "data-web-0", "--wait=false");
    expect(await kubectl("get", "pvc", "data-web-0")).to.contain("Terminating");
    expect(await read("web-0")).to.equal("old");
    await kubectl("delete", "pod", "web-0");
    await eventually(
      "there is another claim",
      async () => (await claimsOf("web")) === "data-web-0 data-web-1" && (await uidOf("pvc", "data-web-0")) !== claim,
    );
    await untilReady("web", 2);
    expect([await read("web-0"), await read("web-1")]).to.deep.equal(["nothing", "kept"]);
  });

  it("S42 the same ordinal finds the same bytes after its pod is deleted, and after scaling to none and back", async () => {
    for (const ordinal of [0, 1]) await write(`web-${ordinal}`, `of-${ordinal}`);
    const uid = await uidOf("pod", "web-1");
    await kubectl("delete", "pod", "web-1");
    await eventually(
      "web-1 is another pod",
      async () =>
        (await kubectl("get", "pod", "web-1", "--ignore-not-found", "-o", "jsonpath={.metadata.uid}")).length > 0 &&
        (await uidOf("pod", "web-1")) !== uid,
    );
    await untilReady("web", 2);
    expect(await read("web-1")).to.equal("of-1");
    await kubectl("scale", "statefulset/web", "--replicas=0");
    await kubectl("wait", "pod", "-l", "app=web", "--for=delete", "--timeout=30s");
    await scale("web", 2);
    expect([await read("web-0"), await read("web-1")]).to.deep.equal(["of-0", "of-1"]);
  });

  it("S42 a daemon that is killed and started again has the same pods with the same bytes", async () => {
    const pods = [await uidOf("pod", "web-0"), await uidOf("pod", "web-1")];
    await machine().killDaemon();
    await machine().startDaemon(...flags);
    await untilReady("web", 2);
    expect([await uidOf("pod", "web-0"), await uidOf("pod", "web-1")]).to.deep.equal(pods);
    expect([await read("web-0"), await read("web-1")]).to.deep.equal(["of-0", "of-1"]);
    await write("web-0", "after-the-daemon");
  });

  it("S42 finds the bytes again after kill -9 of every process", async () => {
    await killEverything();
    await machine().startDaemon(...flags);
    await untilReady("web", 2);
    expect([await read("web-0"), await read("web-1")]).to.deep.equal(["after-the-daemon", "of-1"]);
    await write("web-1", "after-the-end");
  });

  it("S42 finds the bytes again after a reboot: no process, no mount, no network, and another boot id", async () => {
    await killEverything();
    await forgetBoot();
    await machine().startDaemon(...flags);
    await untilReady("web", 2);
    expect([await read("web-0"), await read("web-1")]).to.deep.equal(["after-the-daemon", "after-the-end"]);
  });

  async function killEverything(): Promise<void> {
    killAll([...(await ownProcesses(machine())), ...(await podProcesses(machine()))]);
    await machine().killDaemon();
    await eventually("every process is gone", async () => {
      const left = await podProcesses(machine());
      killAll(left);
      return left.length === 0;
    });
  }

  /** What a reboot takes away of the machine, and that records are of an earlier one. */
  async function forgetBoot(): Promise<void> {
    const { dataDir } = machine();
    await machine()
      .sh(`tac /proc/self/mounts | cut -d' ' -f2 | grep '^${dataDir}' | while read -r at; do umount -l "$at"; done
      for name in $(ip netns list | cut -d' ' -f1); do ip netns delete "$name"; done
      for link in $(ip -o link show | cut -d: -f2 | cut -d@ -f1 | grep -vw lo); do ip link delete "$link" 2>/dev/null || true; done`);
    const pods = join(dataDir, "pods");
    let changed = 0;
    for (const entry of await readdir(pods, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name !== "sandbox.json") continue;
      const file = join(entry.parentPath, entry.name);
      const record = JSON.parse(await readFile(file, "utf8")) as object;
      await writeFile(file, JSON.stringify({ ...record, bootId: "earlier" }));
      changed += 1;
    }
    expect(changed).to.be.at.least(2);
  }
});
