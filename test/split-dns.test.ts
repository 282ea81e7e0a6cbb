import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";
import type { Finished } from "../scripts/rig/run.ts";

const manifests = join(import.meta.dirname, "manifests");
const pod = "web-0.nginx.default.svc";

/** Stands for the service manager of a machine whose resolver is dnsmasq: it knows one service, and restarts it. */
const systemctl = `#!/bin/sh
[ "$*" = "restart dnsmasq" ] || exit 5
kill "$(cat pid)" && while kill -0 "$(cat pid)" 2>/dev/null; do sleep 0.02; done
exec sh ./start-dnsmasq
`;

/** Careful, as distributions make it: private answers and private reverse names are not taken from just anybody. */
const startDnsmasq = `dnsmasq --conf-file=/dev/null --conf-dir="$PWD/dnsmasq.d" --pid-file="$PWD/pid" --user=root \\
  --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --stop-dns-rebind --bogus-priv \\
  --address=/other.example/192.0.2.7
`;

/** Nothing of this reaches the real machine: /run, /var/lib and resolv.conf are this one's own. */
const ownSystem = `mount -t tmpfs tmpfs /run && mkdir -p /run/netns /run/systemd/system
mkdir upper work && mount -t overlay -o lowerdir=/var/lib,upperdir=upper,workdir=work overlay /var/lib
printf "nameserver 127.0.0.1\\noptions timeout:1 attempts:1\\n" >resolv.conf && mount --bind resolv.conf /etc/resolv.conf
sh ./start-dnsmasq
`;

for (const runtime of ["sandbox", "process"] as const) {
  describe(`split DNS through a real dnsmasq, with the ${runtime} runtime`, () => {
    const kubectl = kubectlPath() ?? "kubectl";
    const missing = ["dnsmasq", "getent", "curl", "dig", "script"].find((each) => programPath(each) === undefined);
    const problem =
      machineProblem() ?? kubectlProblem() ?? (missing === undefined ? undefined : `needs the program ${missing}`);
    // dnsmasq remembers as long as it may; what is looked up here is what is so now.
    const flags = ["--runtime", runtime, "--dns-upstream", "none", "--dns-ttl", "0"];
    let machine: Machine;

    before(async function () {
      if (problem !== undefined) {
        this["skipReason"] = problem;
        this.skip();
      }
      machine = await Machine.create();
      await mkdir(join(machine.dir, "bin"));
      await mkdir(join(machine.dir, "dnsmasq.d"));
      await writeFile(join(machine.dir, "bin/systemctl"), systemctl, { mode: 0o755 });
      await writeFile(join(machine.dir, "start-dnsmasq"), startDnsmasq);
      await machine.sh(ownSystem);
      await machine.startDaemon(...flags, "--cluster-domain=cluster.local", "--cluster-domain=cluster.internal");
      await machine.out(kubectl, "apply", "-f", join(manifests, "svc.yaml"), "-f", join(manifests, "statefulset.yaml"));
      await machine.out(
        kubectl,
        "wait",
        "statefulset/web",
        "--for=jsonpath={.status.readyReplicas}=2",
        "--timeout=30s",
      );
      await machine.sh(`echo hello >$(echo ${machine.dataDir}/volumes/*_default_www-web-0)/index.html`);
    });
    after(async () => {
      if (problem !== undefined) return;
      await machine.sh("kill $(cat pid)");
      await machine.destroy();
    });

    const env = (): NodeJS.ProcessEnv => ({ PATH: `${join(machine.dir, "bin")}:${process.env["PATH"] ?? ""}` });
    const dns = async (...args: readonly string[]): Promise<Finished> =>
      await machine.run(machine.ordinal("dns", ...args), { env: env() });
    const resolves = async (name: string): Promise<string> =>
      (await machine.run(["getent", "hosts", name])).stdout.split(/\s/)[0] ?? "";
    const ours = async (): Promise<readonly string[]> => await readdir(join(machine.dir, "dnsmasq.d"));
    const address = async (): Promise<string> =>
      await machine.out(kubectl, "get", "pod", "web-0", "-o", "jsonpath={.status.podIP}");

    it("D58 does not resolve on the host before, and status says what to do", async () => {
      expect(await resolves(`${pod}.cluster.local`)).to.equal("");
      const { code, stdout } = await dns("status");
      expect(code).to.equal(1);
      expect(stdout).to.match(
        /not set up[^]*127\.0\.0\.1:10053: answers\n.*health.*ready: [^]*Set it up: ordinal dns install\n$/,
      );
    });

    it("D58 shows what it would write, and writes nothing, with --dry-run or with nobody to ask", async () => {
      const dry = await dns("install", "--dry-run");
      expect(dry.code).to.equal(0);
      expect(dry.stdout).to.contain(`write   ${join(machine.dir, "dnsmasq.d/ordinal.conf")}`);
      expect(dry.stdout).to.contain("+ server=/cluster.internal/127.0.0.1#10053");
      expect(dry.stdout).to.contain("run     systemctl restart dnsmasq");
      const alone = await dns("install");
      expect([alone.code, alone.stderr]).to.deep.equal([
        1,
        "ordinal: there is no terminal to ask at, so nothing was changed; say --yes to go on, or --dry-run to look\n",
      ]);
      expect(await ours()).to.deep.equal([]);
    });

    it("D58 asks at a terminal, and takes no for an answer", async () => {
      const line = machine.ordinal("dns", "install").join(" ");
      const asked = await machine.run(["script", "-qec", line, "/dev/null"], {
        env: env(),
        input: "n\n",
        keepInputOpen: true,
      });
      expect(asked.stdout).to.match(/Proceed\? \[y\/N\] [^]*Nothing was changed\./);
      expect(await ours()).to.deep.equal([]);
    });

    it("D58 resolves on the host with no port and no flags after install, in every zone, for curl too", async () => {
      const { code, stdout, stderr } = await dns("install", "--yes");
      expect(code, stdout + stderr).to.equal(0);
      expect(stdout).to.match(/Checked: this host finds kubernetes\.default\.svc\.cluster\.local at /);
      const own = await address();
      expect(own).to.match(runtime === "sandbox" ? /^10\.244\./ : /^127\.244\./);
      expect(await resolves(`${pod}.cluster.local`)).to.equal(own);
      expect(await resolves(`${pod}.cluster.internal`)).to.equal(own);
      const port = runtime === "sandbox" ? "" : ":80";
      expect(await machine.out("curl", "-s", `http://${pod}.cluster.local${port}/`)).to.equal("hello");
      expect(await machine.out("dig", "+short", "+search", `${pod}.cluster.internal`)).to.equal(own);
    });

    it("D58 finds the name of a pod's address", async () => {
      expect(await machine.out("getent", "hosts", await address())).to.match(
        /\sweb-0\.nginx\.default\.svc\.cluster\.local$/,
      );
    });

    it("D58 leaves other names as they were", async () => {
      expect(await resolves("other.example")).to.equal("192.0.2.7");
    });

    it("D58 says in status that all is well, and changes nothing when it is done again", async () => {
      const { code, stdout } = await dns("status");
      expect(code, stdout).to.equal(0);
      expect(stdout).to.match(/lookup {4}kubernetes\.default\.svc\.cluster\.internal: [\d.]+, as DNS says/);
      const file = join(machine.dir, "dnsmasq.d/ordinal.conf");
      const before = await readFile(file, "utf8");
      const again = await dns("install");
      expect([again.code, await readFile(file, "utf8")]).to.deep.equal([0, before]);
      expect(again.stdout).to.contain("already");
    });

    it("D58 stays when Ordinal is stopped, and says so; the next start needs nothing", async () => {
      await machine.out(...machine.ordinal("stop"));
      expect(await resolves(`${pod}.cluster.local`)).to.equal("");
      expect(await resolves("other.example")).to.equal("192.0.2.7");
      const { code, stdout } = await dns("status");
      expect([code, stdout.trimEnd().split("\n").at(-1)]).to.deep.equal([
        1,
        "Ordinal is not running, so its names do not resolve; all others do. Start it: ordinal start",
      ]);
      await machine.startDaemon(...flags);
      const changed = await dns("status");
      expect(changed.stdout).to.match(
        /now answers at 127\.0\.0\.1:10053 for cluster\.local and .*ordinal dns install\n$/,
      );
      expect((await dns("install", "--yes")).stdout).to.contain("- server=/cluster.internal/127.0.0.1#10053");
      expect((await dns("status")).code).to.equal(0);
    });

    it("D58 is undone with the daemon and its data gone, and nothing is left", async () => {
      await machine.out(...machine.ordinal("stop"));
      const { code, stdout } = await dns("uninstall", "--yes", "--data-dir", join(machine.dir, "nothing"));
      expect(stdout).to.match(/remove {2}.*ordinal\.conf[^]*Done: everything is as it was before\.\n$/);
      expect(code).to.equal(0);
      expect(await ours()).to.deep.equal([]);
      expect(await machine.sh("ls /var/lib | grep -c ordinal-split-dns || true")).to.equal("0");
      expect(await resolves("other.example")).to.equal("192.0.2.7");
      expect((await dns("uninstall", "--yes")).stdout).to.contain("there is nothing to put back");
    });
  });
}
