import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { kubectlVersion } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem } from "../scripts/rig/machine.ts";

const manifests = join(import.meta.dirname, "manifests");
const zone = "default.svc.cluster.local";

for (const version of ["1.33", "1.27"]) {
  describe(`a new user's walk with kubectl ${version}`, () => {
    const program = kubectlVersion(version);
    const problem =
      machineProblem() ?? (program === undefined ? `kubectl.${version} is not beside the kubectl on PATH` : undefined);
    let machine: Machine;

    before(async function () {
      if (problem !== undefined) {
        this.test?.parent?.tests.forEach((test) => (test.title += ` (skipped: ${problem})`));
        this.skip();
      }
      machine = await Machine.create();
      await cp(manifests, join(machine.dir), { recursive: true });
      await machine.startDaemon("--runtime", "sandbox");
    });
    after(async () => {
      if (problem === undefined) await machine.destroy();
    });
    afterEach(function () {
      const { currentTest } = this;
      if (currentTest?.err !== undefined)
        currentTest.err.message += `\nthe daemon said:\n${machine.output.slice(-4000)}`;
    });

    const kubectl = async (...args: readonly string[]): Promise<string> => await machine.out(program ?? "", ...args);
    /** kubectl in a terminal, with these lines typed once the prompt is there. */
    const kubectlTty = async (args: string, input = ""): Promise<string> => {
      const { stdout } = await machine.run(["script", "-qefc", `${program} ${args}`, "/dev/null"], {
        input,
        keepInputOpen: true,
      });
      return stdout.replaceAll("\r", "");
    };
    const dig = async (name: string, ...flags: readonly string[]): Promise<string> =>
      await machine.out("dig", "+short", ...flags, "@127.0.0.1", "-p", "10053", `${name}.${zone}`);
    const addressOf = async (pod: string): Promise<string> =>
      await kubectl("get", "pod", pod, "-o", "jsonpath={.status.podIP}");
    const pods = async (): Promise<readonly string[]> =>
      (await kubectl("get", "pods", "-l", "app=nginx", "--no-headers")).split("\n").filter((line) => line !== "");
    const ready = async (replicas: number): Promise<void> => {
      await kubectl("wait", "statefulset/web", `--for=jsonpath={.status.readyReplicas}=${replicas}`, "--timeout=30s");
      await eventually(`there are ${replicas} pods`, async () => (await pods()).length === replicas);
    };

    it("C3 V2 starts web-0, then web-1, and shows each phase to a watcher", async () => {
      expect(await kubectl("create", "-f", "svc.yaml")).to.equal("service/nginx created");
      expect(await kubectl("get", "service", "nginx")).to.match(
        /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nnginx +ClusterIP +None +<none> +80\/TCP/,
      );
      const watcher = machine.spawn([program ?? "", "get", "pods", "-w", "-l", "app=nginx"]);
      let seen = "";
      watcher.stdout?.on("data", (chunk: Buffer) => (seen += chunk.toString()));
      expect(await kubectl("create", "-f", "statefulset.yaml")).to.equal("statefulset.apps/web created");
      await ready(2);
      expect(await kubectl("get", "statefulset", "web")).to.match(/^NAME +READY +AGE\nweb +2\/2/);
      await eventually("the watcher has seen web-1 ready", () => /web-1 +1\/1 +Running/.test(seen));
      watcher.kill();
      const lines = seen.split("\n").filter((line) => line.startsWith("web-"));
      const order = [
        "web-0 +0/1 +Pending",
        "web-0 +0/1 +ContainerCreating",
        "web-0 +1/1 +Running",
        "web-1 +0/1 +Pending",
        "web-1 +0/1 +ContainerCreating",
        "web-1 +1/1 +Running",
      ];
      const places = order.map((pattern) => lines.findIndex((line) => new RegExp(pattern).test(line)));
      expect(places, seen).not.to.include(-1);
      expect(places, seen).to.deep.equal(places.toSorted((a, b) => a - b));
    });

    it("C1 C18 gives each pod its own host name and claim", async () => {
      const names = await Promise.all([0, 1].map((i) => kubectl("exec", `web-${i}`, "--", "sh", "-c", "hostname")));
      expect(names).to.deep.equal(["web-0", "web-1"]);
      const claims = (await kubectl("get", "pvc", "-l", "app=nginx", "--no-headers")).split("\n");
      expect(claims.length).to.equal(2);
      for (const i of [0, 1])
        expect(claims[i]).to.match(new RegExp(`^www-web-${i} +Bound +pvc-\\S+ +1Gi +RWO +local-path`));
      const volumes = await kubectl("get", "pv", "--no-headers");
      for (const i of [0, 1])
        expect(volumes).to.match(new RegExp(`pvc-\\S+ +1Gi +RWO +Delete +Bound +default/www-web-${i} +local-path`));
    });

    it("D4 D58 resolves each pod on the host over UDP and TCP, and the address answers", async () => {
      for (const pod of ["web-0", "web-1"]) {
        const address = await addressOf(pod);
        expect(await dig(`${pod}.nginx`)).to.equal(address);
        expect(await dig(`${pod}.nginx`, "+tcp")).to.equal(address);
        expect(await machine.out("nslookup", "-port=10053", `${pod}.nginx.${zone}`, "127.0.0.1")).to.contain(
          `Address: ${address}`,
        );
        expect(await machine.sh(`curl -s -o /dev/null -w '%{http_code}' http://${address}/`)).to.match(/^(200|403)$/);
      }
      expect((await dig("nginx")).split("\n").toSorted()).to.deep.equal(
        [await addressOf("web-0"), await addressOf("web-1")].toSorted(),
      );
    });

    it("reaches every pod with a port on localhost, as ordinal status lists it", async () => {
      const status = await machine.out(...machine.ordinal("status"));
      for (const pod of ["web-0", "web-1"]) {
        const line = status.split("\n").find((each) => each.startsWith(`default/${pod} `)) ?? "";
        expect(line).to.match(
          new RegExp(
            `^default/${pod} +Ready +${pod}\\.nginx\\.default\\.svc +${(await addressOf(pod)).replaceAll(".", "\\.")} +localhost:(\\d+)->80 +\\S+/volumes/pvc-\\S+_default_www-${pod}$`,
          ),
        );
        const port = /localhost:(?<port>\d+)/.exec(line)?.groups?.["port"];
        expect(await machine.sh(`curl -s -o /dev/null -w '%{http_code}' http://localhost:${port}/`)).to.match(
          /^(200|403)$/,
        );
      }
    });

    it("D48 resolves web-0.nginx inside a busybox pod with a terminal", async () => {
      const shown = await kubectlTty(
        "run -i --tty --image busybox dns-test --restart=Never --rm /bin/sh",
        "nslookup web-0.nginx; exit\n",
      );
      expect(shown).to.contain(await addressOf("web-0"));
      expect(shown).to.contain('pod "dns-test" deleted');
    });

    it("K12 serves what was written into each volume", async () => {
      for (const i of [0, 1]) {
        await kubectl(
          "exec",
          `web-${i}`,
          "--",
          "sh",
          "-c",
          "echo hello $(hostname) > /usr/share/nginx/html/index.html",
        );
        expect(await kubectlTty(`exec -it web-${i} -- curl -s localhost`)).to.equal(`hello web-${i}\n`);
      }
    });

    for (const [how, flags] of [
      ["deleted", []],
      ["deleted by force", ["--force", "--grace-period=0"]],
    ] as const) {
      it(`C23 C24 S42 brings ${how} pods back in order, with the same volumes, and DNS follows`, async () => {
        const before = await Promise.all(
          ["web-0", "web-1"].map((pod) => kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}")),
        );
        await kubectl("delete", "pod", "-l", "app=nginx", ...flags);
        await eventually("both pods are new", async () => {
          const now = (
            await kubectl("get", "pods", "-l", "app=nginx", "-o", "jsonpath={.items[*].metadata.uid}")
          ).split(" ");
          return now.length === 2 && now.every((uid) => uid !== "" && !before.includes(uid));
        });
        await ready(2);
        for (const i of [0, 1]) {
          expect(await dig(`web-${i}.nginx`)).to.equal(await addressOf(`web-${i}`));
          expect(await kubectl("exec", `web-${i}`, "--", "curl", "-s", "localhost")).to.equal(`hello web-${i}`);
        }
      });
    }

    it("S2 S6 binds a claim to a volume made by hand and mounts it", async () => {
      const hostPath = join(machine.dir, "by-hand");
      await mkdir(hostPath);
      await writeFile(join(hostPath, "index.html"), "made by hand\n");
      const text = await readFile(join(manifests, "static-volume.yaml"), "utf8");
      await writeFile(join(machine.dir, "static-volume.yaml"), text.replace("HOST_PATH", hostPath));
      await kubectl("apply", "-f", "static-volume.yaml");
      await kubectl("wait", "pod/by-hand", "--for=condition=Ready", "--timeout=30s");
      expect(await kubectl("get", "pvc", "by-hand", "--no-headers")).to.match(
        /^by-hand +Bound +by-hand +10Gi +RWO +manual/,
      );
      expect(await machine.sh(`curl -s http://${await addressOf("by-hand")}/`)).to.equal("made by hand");
      await kubectl("delete", "-f", "static-volume.yaml");
    });

    it("C4 S42 scales up and down, keeps claims, and finds the data again", async () => {
      await kubectl("scale", "statefulset", "web", "--replicas=4");
      await ready(4);
      await kubectl("exec", "web-3", "--", "sh", "-c", "echo three > /usr/share/nginx/html/index.html");
      await kubectl("scale", "statefulset", "web", "--replicas=1");
      await ready(1);
      expect((await kubectl("get", "pvc", "-l", "app=nginx", "--no-headers")).split("\n").length).to.equal(4);
      expect(await dig("web-3.nginx")).to.equal("");
      await kubectl("scale", "statefulset", "web", "--replicas=4");
      await ready(4);
      expect(await kubectl("exec", "web-3", "--", "curl", "-s", "localhost")).to.equal("three");
      await kubectl("scale", "statefulset", "web", "--replicas=3");
      await ready(3);
    });

    it("K19 A20 leaves pods and DNS running when the daemon is killed, and adopts them", async () => {
      const pidsOf = async (): Promise<string> =>
        await kubectl(
          "get",
          "pods",
          "-l",
          "app=nginx",
          "-o",
          'jsonpath={range .items[*]}{.metadata.uid} {.status.containerStatuses[0].containerID} {.status.containerStatuses[0].state.running.startedAt}{"\\n"}{end}',
        );
      const before = await pidsOf();
      const address = await addressOf("web-0");
      await machine.killDaemon();
      expect(await dig("web-0.nginx")).to.equal(address);
      expect(await machine.sh(`curl -s http://${address}/`)).to.equal("hello web-0");
      await machine.startDaemon("--runtime", "sandbox");
      expect(await pidsOf()).to.equal(before);
      await ready(3);
      expect(
        await kubectl(
          "get",
          "pods",
          "-l",
          "app=nginx",
          "-o",
          "jsonpath={.items[*].status.containerStatuses[0].restartCount}",
        ),
      ).to.equal("0 0 0");
      expect(await kubectl("exec", "web-0", "--", "curl", "-s", "localhost")).to.equal("hello web-0");
    });

    it("C30 S42 deletes the set's pods with it; claims and data stay", async () => {
      await kubectl("delete", "statefulset", "web");
      await eventually("the pods are gone", async () => (await pods()).length === 0);
      expect((await kubectl("get", "pvc", "-l", "app=nginx", "--no-headers")).split("\n").length).to.equal(4);
      expect(await machine.sh(`cat ${machine.dataDir}/volumes/*_default_www-web-0/index.html`)).to.equal("hello web-0");
      await kubectl("delete", "-f", "svc.yaml");
    });

    it("O1 does the same from the manifests folder, and removes what a removed file had", async () => {
      const folder = join(machine.dataDir, "manifests");
      await cp(join(manifests, "svc.yaml"), join(folder, "svc.yaml"));
      await cp(join(manifests, "statefulset.yaml"), join(folder, "statefulset.yaml"));
      await eventually(
        "the set is there",
        async () => (await machine.run([program ?? "", "get", "sts", "web"])).code === 0,
      );
      await ready(2);
      expect(await kubectl("exec", "web-1", "--", "curl", "-s", "localhost")).to.equal("hello web-1");
      const text = await readFile(join(folder, "statefulset.yaml"), "utf8");
      await writeFile(join(folder, "statefulset.yaml"), text.replace("replicas: 2", "replicas: 1"));
      await ready(1);
      await rm(join(folder, "statefulset.yaml"));
      await eventually("the pods are gone", async () => (await pods()).length === 0);
      await rm(join(folder, "svc.yaml"));
      await eventually("the service is gone", async () =>
        (await machine.run([program ?? "", "get", "service", "nginx"])).stderr.includes("NotFound"),
      );
    });
  });
}
