import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const manifests = join(import.meta.dirname, "manifests");
const name = "web-0.nginx.default.svc.cluster.local";

async function dnsPid(machine: Machine): Promise<number> {
  return (JSON.parse(await readFile(join(machine.dataDir, "dns.json"), "utf8")) as { pid: number }).pid;
}

for (const runtime of ["sandbox", "process"] as const) {
  describe(`stopping and starting, with the ${runtime} runtime`, () => {
    const program = kubectlPath() ?? "kubectl";
    const problem = machineProblem() ?? kubectlProblem();
    const flags = ["--runtime", runtime];
    let machine: Machine;

    before(async function () {
      if (problem !== undefined) {
        this.test?.parent?.tests.forEach((test) => (test.title += ` (skipped: ${problem})`));
        this.skip();
      }
      machine = await Machine.create();
    });
    after(async () => {
      if (problem === undefined) await machine.destroy();
    });

    const kubectl = async (...args: readonly string[]): Promise<string> => await machine.out(program, ...args);
    const ordinal = async (...args: readonly string[]): Promise<string> =>
      await machine.out(...machine.ordinal(...args));
    const dig = async (): Promise<string> => await machine.out("dig", "+short", "@127.0.0.1", "-p", "10053", name);
    const of = async (path: string): Promise<string> =>
      await kubectl("get", "pod", "web-0", "-o", `jsonpath={${path}}`);
    const ready = async (): Promise<void> => {
      await kubectl("wait", "statefulset/web", "--for=jsonpath={.status.readyReplicas}=2", "--timeout=30s");
    };
    const volumeFile = async (): Promise<string> =>
      (await machine.sh(`echo ${machine.dataDir}/volumes/*_default_www-web-0`)).concat("/index.html");

    it("O2 returns from start --detach when the API is ready, and runs pods", async () => {
      expect(await ordinal("start", "--detach", ...flags)).to.contain("Ordinal is ready.");
      expect(await machine.readyz()).to.equal(true);
      await kubectl("apply", "-f", join(manifests, "svc.yaml"), "-f", join(manifests, "statefulset.yaml"));
      await ready();
      await machine.sh(`echo kept > ${await volumeFile()}`);
      expect(await dig()).to.equal(await of(".status.podIP"));
      expect(await machine.sh(`curl -s http://${await dig()}/`)).to.equal("kept");
    });

    it("O2 shows the runtime and its reason, and every pod, in status", async () => {
      const status = JSON.parse(await ordinal("status", "-o", "json")) as {
        runtime: string;
        pods: readonly { pod: string; state: string }[];
      };
      expect(status.runtime).to.equal(runtime);
      expect(status.pods.map(({ pod, state }) => `${pod} ${state}`)).to.deep.equal([
        "default/web-0 Ready",
        "default/web-1 Ready",
      ]);
    });

    it("K11 K12 gives logs, follows them, and runs commands", async () => {
      expect(await kubectl("logs", "web-0")).to.match(/GET \/ HTTP\/1\.1" 200/);
      const follower = machine.spawn([program, "logs", "-f", "web-0", "--tail=0"]);
      let followed = "";
      follower.stdout?.on("data", (chunk: Buffer) => (followed += chunk.toString()));
      const address = await of(".status.podIP");
      await eventually("the follower sees a request", async () => {
        await machine.sh(`curl -s -o /dev/null http://${address}/followed`);
        return followed.includes("/followed");
      });
      follower.kill();
      expect(
        (await machine.run([program, "exec", "web-0", "--", "sh", "-c", "echo out; echo err >&2; exit 7"])).code,
      ).to.equal(7);
    });

    it("K19 leaves pods and DNS running with stop --keep-pods, and adopts them", async () => {
      const [id, started, address] = [
        await of(".status.containerStatuses[0].containerID"),
        await of(".status.containerStatuses[0].state.running.startedAt"),
        await dig(),
      ];
      expect(await ordinal("stop", "--keep-pods")).to.equal("the daemon has ended; pods and DNS go on");
      expect(await machine.readyz()).to.equal(false);
      expect(await dig()).to.equal(address);
      expect(await machine.sh(`curl -s http://${address}/`)).to.equal("kept");
      await ordinal("start", "--detach", ...flags);
      await ready();
      expect([
        await of(".status.containerStatuses[0].containerID"),
        await of(".status.containerStatuses[0].state.running.startedAt"),
      ]).to.deep.equal([id, started]);
    });

    it("restarts DNS when it dies, and the names are served again", async () => {
      const before = await dnsPid(machine);
      process.kill(before, "SIGKILL");
      await eventually("another process answers", async () => {
        const { stdout } = await machine.run([
          "dig",
          "+short",
          "+time=1",
          "+tries=1",
          "@127.0.0.1",
          "-p",
          "10053",
          name,
        ]);
        return (await dnsPid(machine)) !== before && stdout.trim() !== "" && !stdout.includes(";;");
      });
      expect(await dig()).to.equal(await of(".status.podIP"));
    });

    it("O2 ends everything with stop, and brings pods and data back with the next start", async () => {
      expect(await ordinal("stop")).to.contain("volumes and objects stay");
      expect(await machine.sh("ip netns list | wc -l")).to.equal("0");
      expect(await machine.sh("ip -brief link | grep -cv '^lo ' || true")).to.equal("0");
      expect(await machine.sh(`grep -c ${machine.dataDir} /proc/self/mounts || true`)).to.equal("0");
      expect((await machine.processes()).length).to.be.at.most(1);
      await ordinal("start", "--detach", ...flags);
      await ready();
      expect(await machine.sh(`curl -s http://${await dig()}/`)).to.equal("kept");
    });

    it("ends what a killed daemon has left with stop", async () => {
      const pid = Number((await readFile(join(machine.dataDir, "ordinal.pid"), "utf8")).split("\n")[0]);
      process.kill(pid, "SIGKILL");
      await eventually("the daemon is gone", async () => !(await machine.readyz()));
      expect(await ordinal("stop")).to.contain("ended 2 pods that were left");
      expect((await machine.processes()).length).to.be.at.most(1);
    });

    it("ends with stop although a part cannot be stopped, and says which", async () => {
      await ordinal("start", "--detach", ...flags);
      const record = join(machine.dataDir, "dns.json");
      await rm(record);
      await mkdir(record);
      await ordinal("stop");
      expect((await machine.processes()).length).to.be.at.most(1);
      expect(await readFile(join(machine.dataDir, "log/daemon.log"), "utf8")).to.contain(
        "could not stop: DNS and proxy",
      );
      await rm(record, { recursive: true });
    });
  });
}
