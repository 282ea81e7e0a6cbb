import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath, projectDir } from "../scripts/rig/machine.ts";

/** A line of a page that is to be run, and what it says will be shown. */
interface Shown {
  readonly line: string;
  readonly output: readonly string[];
}

/** The lines of a page's shell blocks that are followed by what they show. */
function shownLines(page: string): readonly Shown[] {
  const text = readFileSync(join(projectDir, page), "utf8");
  const blocks = [...text.matchAll(/^```sh\n(?<lines>.*?)\n```$/gms)].map(({ groups }) => groups?.["lines"] ?? "");
  return blocks
    .flatMap((block) => [...block.matchAll(/^(?<line>[^#\n].*)\n(?<output>(?:# .*\n?)+)/gm)])
    .map(({ groups }) => ({
      line: groups?.["line"] ?? "",
      output: (groups?.["output"] ?? "")
        .trim()
        .split("\n")
        .map((each) => each.slice(2)),
    }));
}

/** Addresses of pods and services, and serials, differ from machine to machine. */
function comparable(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.replaceAll(/\b10\.(?:96|244)\.\d+\.\d+\b/g, "ADDRESS").replace(/ \d+ 7200 /, " SERIAL 7200 "))
    .map((line) => line.replaceAll(/\s+/g, " "))
    .toSorted();
}

function skipWithout(context: Mocha.Context, program: string): void {
  if (context.test !== undefined) context.test.title += ` (skipped: needs the program ${program})`;
  context.skip();
}

describe("names for real clients", () => {
  const problem = machineProblem() ?? kubectlProblem();
  const kubectl = kubectlPath() ?? "";
  let machine: Machine;

  before(async function () {
    if (problem !== undefined) {
      this.test?.parent?.tests.forEach((test) => (test.title += ` (skipped: ${problem})`));
      this.skip();
    }
    machine = await Machine.create();
    await cp(join(projectDir, "docs/dns.yaml"), join(machine.dir, "docs/dns.yaml"), { recursive: true });
    await machine.startDaemon(
      "--runtime",
      "sandbox",
      "--dns-upstream",
      "none",
      "--cluster-domain",
      "cluster.local",
      "--cluster-domain",
      "cluster.internal",
    );
    await machine.out(kubectl, "apply", "-f", "docs/dns.yaml");
    await machine.out(kubectl, "rollout", "status", "statefulset/web", "--timeout=60s");
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });

  for (const { line, output } of shownLines("docs/dns.md")) {
    it(`D58 docs/dns.md: ${line}`, async () => {
      const shown = (await machine.sh(line.replaceAll("kubectl", kubectl))).split("\n");
      expect(comparable(shown)).to.deep.equal(comparable(output));
    });
  }

  const name = "web-0.nginx.default.svc.cluster.local";
  const addressOf = async (pod: string): Promise<string> =>
    await machine.out(kubectl, "get", "pod", pod, "-o", "jsonpath={.status.podIP}");

  /** On the host: what each program is asked, and that its answer shows the address. */
  const clients: readonly (readonly [program: string, line: string])[] = [
    ["dig", `dig +short @127.0.0.1 -p 10053 ${name}`],
    ["dig", `dig +short +tcp @127.0.0.1 -p 10053 ${name}`],
    ["nslookup", `nslookup -port=10053 ${name} 127.0.0.1`],
    ["nslookup", `nslookup -vc -port=10053 ${name} 127.0.0.1`],
    ["host", `host -p 10053 ${name} 127.0.0.1`],
    ["host", `host -T -p 10053 ${name} 127.0.0.1`],
    ["kdig", `kdig +short @127.0.0.1 -p 10053 ${name}`],
    ["kdig", `kdig +short +tcp @127.0.0.1 -p 10053 ${name}`],
    ["drill", `drill -p 10053 ${name} @127.0.0.1`],
    ["drill", `drill -t -p 10053 ${name} @127.0.0.1`],
    [
      "node",
      `node -e 'const r = new (require("dns").Resolver)(); r.setServers(["127.0.0.1:10053"]); r.resolve4("${name}", (e, a) => console.log(e ?? a[0]))'`,
    ],
    // Where pods ask: port 53 of the cluster's DNS address, which the host reaches as well.
    ["busybox", `busybox nslookup ${name} 10.96.0.10`],
    ["dig", `dig +short @10.96.0.10 web-0.nginx.default.svc.cluster.internal`],
  ];
  for (const [program, line] of clients) {
    it(`D58 on the host: ${line}`, async function () {
      if (programPath(program) === undefined) skipWithout(this, program);
      expect(await machine.sh(line)).to.contain(await addressOf("web-0"));
    });
  }

  /** Through the C library, with a pod's resolv.conf: every short form, as `getent`, curl and Node see it. */
  describe("with a search list and ndots:5", () => {
    const resolvConf =
      "nameserver 10.96.0.10\\nsearch default.svc.cluster.local svc.cluster.local cluster.local\\noptions ndots:5\\n";
    const withSearch = async (line: string): Promise<string> =>
      await machine.sh(
        `printf '${resolvConf}' > resolv.conf; unshare --mount sh -c 'mount --bind resolv.conf /etc/resolv.conf && ${line}'`,
      );

    for (const short of ["web-0.nginx", "web-0.nginx.default", "web-0.nginx.default.svc", name, `${name}.`]) {
      it(`D48 getent finds ${short}`, async () => {
        expect(await withSearch(`getent ahostsv4 ${short}`)).to.contain(await addressOf("web-0"));
      });
    }

    it("D48 curl and Node find it too", async () => {
      const address = await addressOf("web-0");
      const script = `require("dns").lookup("web-0.nginx", { family: 4 }, (e, a) => console.log(e ?? a))`;
      await machine.sh(`printf '%s' '${script}' > look-up.js`);
      expect(await withSearch("node look-up.js")).to.equal(address);
      // Nothing answers on the port; that the right address was tried is what is looked at.
      expect(await withSearch("curl -sv --max-time 5 http://web-0.nginx:1/ 2>&1; true")).to.contain(`${address}:1`);
    });

    it("D23 a name that is not there fails at once", async () => {
      expect(await withSearch("getent hosts nobody.nginx || echo code $?")).to.equal("code 2");
    });
  });

  for (const [program, line] of [
    ["busybox", "busybox nslookup web-0.nginx"],
    ["nslookup", "nslookup web-0.nginx"],
    ["getent", "getent hosts web-0.nginx"],
    ["host", "host web-0.nginx"],
    ["dig", "dig +short +search web-0.nginx"],
  ] as const) {
    it(`D48 inside a pod: ${line}`, async function () {
      if (programPath(program) === undefined) skipWithout(this, program);
      const shown = await machine.out(kubectl, "exec", "web-1", "--", ...line.split(" "));
      expect(shown).to.contain(await addressOf("web-0"));
    });
  }

  it("D19 D38 names of nobody are refused or denied, never sent on, without upstreams", async () => {
    const status = async (question: string): Promise<string> =>
      await machine.sh(`dig +noall +comments @127.0.0.1 -p 10053 ${question} | grep -o 'status: [A-Z]*'`);
    expect(await status("example.com")).to.equal("status: REFUSED");
    expect(await status("-x 10.244.250.250")).to.equal("status: NXDOMAIN");
    expect(await status("-x 192.0.2.9")).to.equal("status: REFUSED");
    expect(await status("AXFR cluster.local +tcp")).to.equal("status: REFUSED");
  });
});
