import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { kubectlPath, kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";

const manifests = join(import.meta.dirname, "manifests/programs");
const programs = ["redis-server", "redis-cli", "etcd", "etcdctl", "psql"];
const password = `it's a "secret"`;

describe("programs that hold data, as their images would run", function () {
  this.timeout(120_000);
  const kubectlProgram = kubectlPath() ?? "kubectl";
  let machine: Machine | undefined;

  before(async function () {
    const missing = programs.filter((program) => programPath(program) === undefined);
    if (!hasPostgres()) missing.push("postgres");
    const problem =
      machineProblem() ??
      kubectlProblem() ??
      (missing.length === 0 ? undefined : `needs the programs ${missing.join(", ")}`);
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    machine = await Machine.create();
    await machine.startDaemon("--runtime", "sandbox", "--dns-upstream", "none");
    await kubectl("apply", "-f", manifests);
  });
  after(async () => {
    await machine?.destroy();
  });

  async function kubectl(...args: readonly string[]): Promise<string> {
    if (machine === undefined) throw new Error("there is no machine");
    return await machine.out(kubectlProgram, ...args);
  }

  async function inPod(pod: string, ...command: readonly string[]): Promise<string> {
    return await kubectl("exec", pod, "--", ...command);
  }

  async function untilReady(set: string, replicas: number): Promise<void> {
    const goal = `jsonpath={.status.readyReplicas}=${replicas}`;
    await kubectl("wait", `statefulset/${set}`, `--for=${goal}`, "--timeout=90s");
  }

  /** Another process on the same data: the pod of that name has another uid, and is ready. */
  async function replace(pod: string, ...flags: readonly string[]): Promise<void> {
    const uid = await uidOf(pod);
    await kubectl("delete", "pod", pod, ...flags);
    await kubectl("wait", `pod/${pod}`, "--for=create", "--timeout=30s");
    await kubectl("wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=60s");
    expect(await uidOf(pod)).not.to.equal(uid);
  }

  async function uidOf(pod: string): Promise<string> {
    return await kubectl("get", "pod", pod, "-o", "jsonpath={.metadata.uid}");
  }

  /** Runs a command on the host, in the volume of a claim. */
  async function inVolume(claim: string, script: string): Promise<string> {
    if (machine === undefined) throw new Error("there is no machine");
    return await machine.sh(`set -e; cd ${machine.dataDir}/volumes/*_default_${claim}; ${script}`);
  }

  async function psql(statement: string): Promise<string> {
    return await inPod("postgres-0", "psql", "-qAt", "-U", "shop", "-d", "orders", "-c", statement);
  }

  it("S42 redis finds what it acknowledged, after its pod is deleted with and without grace", async () => {
    await untilReady("redis", 1);
    expect(await inPod("redis-0", "redis-cli", "config", "get", "appendfsync")).to.equal("appendfsync\nalways");
    await inPod("redis-0", "redis-cli", "set", "order", "one");
    await replace("redis-0");
    expect(await inPod("redis-0", "redis-cli", "get", "order")).to.equal("one");
    await inPod("redis-0", "redis-cli", "set", "order", "two");
    await replace("redis-0", "--force", "--grace-period=0");
    expect(await inPod("redis-0", "redis-cli", "get", "order")).to.equal("two");
  });

  it("S42 etcd is a cluster of three, each of which finds its own data again", async () => {
    await untilReady("etcd", 3);
    await inPod("etcd-0", "/usr/local/bin/etcdctl", "put", "order", "one");
    expect(await inPod("etcd-2", "etcdctl", "get", "order", "--print-value-only")).to.equal("one");
    const members = await inPod("etcd-0", "etcdctl", "member", "list");
    for (const pod of ["etcd-1", "etcd-2"]) await replace(pod, "--force", "--grace-period=0");
    expect(await inPod("etcd-1", "etcdctl", "get", "order", "--print-value-only")).to.equal("one");
    expect(await inPod("etcd-1", "etcdctl", "member", "list")).to.equal(members);
  });

  it("S42 PostgreSQL is made once, with its user, password and database, and finds what it committed", async () => {
    await untilReady("postgres", 1);
    await psql("CREATE TABLE items (name text); INSERT INTO items VALUES ('one')");
    const byNetwork = `PGPASSWORD=$POSTGRES_PASSWORD psql -qAt -h postgres-0.postgres -U shop orders -c 'SELECT name FROM items'`;
    expect(await inPod("postgres-0", "sh", "-c", byNetwork)).to.equal("one");
    expect(await inPod("postgres-0", "sh", "-c", "echo $POSTGRES_PASSWORD")).to.equal(password);
    const wrong = await machine?.run([
      kubectlProgram,
      "exec",
      "postgres-0",
      "--",
      "sh",
      "-c",
      `PGPASSWORD=no ${byNetwork.split(" ").slice(1).join(" ")}`,
    ]);
    expect(wrong?.stderr).to.contain("password authentication failed");
    expect(await psql("SHOW max_connections")).to.equal("50");
    await replace("postgres-0");
    await psql("INSERT INTO items VALUES ('two')");
    await replace("postgres-0", "--force", "--grace-period=0");
    expect(await psql("SELECT string_agg(name, ',') FROM items")).to.equal("one,two");
  });

  it("S42 PostgreSQL comes up from a first start that was cut off while its files were put in place", async () => {
    await kubectl("scale", "statefulset/postgres", "--replicas=0");
    await kubectl("wait", "pod/postgres-0", "--for=delete", "--timeout=30s");
    await inVolume(
      "data-postgres-0",
      "cd pgdata; mkdir .ordinal-initdb; mv PG_VERSION base global .ordinal-initdb; touch .ordinal-initdb/.complete; mkdir global",
    );
    await kubectl("scale", "statefulset/postgres", "--replicas=1");
    await untilReady("postgres", 1);
    expect(await psql("SELECT string_agg(name, ',') FROM items")).to.equal("one,two");
    expect(await inVolume("data-postgres-0", "ls -A pgdata | grep -c ordinal || true")).to.equal("0");
  });

  it("S42 PostgreSQL begins anew from a first start that was cut off before, and never in a folder with something else", async () => {
    await kubectl("scale", "statefulset/postgres", "--replicas=0");
    await kubectl("wait", "pod/postgres-0", "--for=delete", "--timeout=30s");
    await inVolume("data-postgres-0", "rm -r pgdata; mkdir -p pgdata/.ordinal-initdb/base; touch pgdata/foreign");
    await kubectl("scale", "statefulset/postgres", "--replicas=1");
    const ended = "jsonpath={.status.containerStatuses[0].state.waiting.reason}=CrashLoopBackOff";
    await kubectl("wait", "pod/postgres-0", "--for=create", "--timeout=30s");
    await kubectl("wait", "pod/postgres-0", `--for=${ended}`, "--timeout=30s");
    expect(await kubectl("logs", "postgres-0", "--previous")).to.contain("holds no database, and is not empty");
    await inVolume("data-postgres-0", "rm pgdata/foreign");
    await kubectl("delete", "pod", "postgres-0");
    await untilReady("postgres", 1);
    expect(await psql("SELECT count(*) FROM pg_tables WHERE tablename = 'items'")).to.equal("0");
  });
});

/** Debian keeps each version of the server apart, and off PATH. */
function hasPostgres(): boolean {
  const versions = "/usr/lib/postgresql";
  if (programPath("postgres") !== undefined) return true;
  return existsSync(versions) && readdirSync(versions).some((each) => existsSync(join(versions, each, "bin/postgres")));
}
