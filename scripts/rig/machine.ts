import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, readlink, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { eventually } from "./eventually.ts";
import { run, type Finished, type RunOptions } from "./run.ts";

export const projectDir: string = resolve(import.meta.dirname, "../..");

/** Why no private machine can be made here, or undefined when one can. */
export function machineProblem(): string | undefined {
  if (process.platform !== "linux") return "needs Linux namespaces";
  if (process.getuid?.() !== 0) return "needs root to make namespaces";
  const missing = ["unshare", "nsenter", "ip", "mount"].find((program) => programPath(program) === undefined);
  return missing === undefined ? undefined : `needs the program ${missing}`;
}

/** Where a program is, by PATH. */
export function programPath(program: string): string | undefined {
  const dirs = (process.env["PATH"] ?? "").split(":");
  return dirs.map((dir) => join(dir, program)).find((path) => existsSync(path));
}

/** What users run: scripts/start makes it of the sources. */
const bundleDir = join(projectDir, "packages/daemon/bundle");
/** As in scripts/lib/setup.sh. */
const nodeFlags = ["--max-semi-space-size=8", "--heap-growing-percent=20"];

/** Throws when the bundle is not what the sources are by now. */
function checkBundle(): void {
  const stamp = join(bundleDir, ".made");
  const newer = existsSync(stamp)
    ? execFileSync("find", [join(projectDir, "packages"), "-path", "*/src/*", "-newer", stamp, "-print", "-quit"])
    : "no bundle";
  if (newer.length > 0)
    throw new Error(
      "the bundle is older than the sources: run this through scripts/test or scripts/bench, which make it",
    );
}

export interface MachineOptions {
  /** Where the daemon keeps everything. Defaults to a directory of the machine's own. */
  readonly dataDir?: string;
}

/**
 * A network and mount namespace that stands for a user's machine: everything in it uses the default ports and real
 * pod addresses, and nothing can leave it.
 */
export class Machine {
  readonly dir: string;
  readonly dataDir: string;
  readonly #holder: ChildProcess;
  #daemon: ChildProcess | undefined;
  #output = "";

  private constructor(dir: string, { holder, dataDir }: Required<MachineOptions> & { holder: ChildProcess }) {
    this.dir = dir;
    this.dataDir = dataDir;
    this.#holder = holder;
  }

  static async create({ dataDir }: MachineOptions = {}): Promise<Machine> {
    checkBundle();
    const dir = await mkdtemp(join(tmpdir(), "ordinal-machine-"));
    const setUp =
      "ip link set lo up && mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns && echo up && exec sleep infinity";
    const holder = spawn("unshare", ["--net", "--mount", "--propagation", "private", "sh", "-c", setUp], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    return new Machine(dir, { holder, dataDir: dataDir ?? join(dir, "data") });
  }

  /** What the daemon has printed so far. */
  get output(): string {
    return this.#output;
  }

  get daemonPid(): number {
    return this.#daemon?.pid ?? 0;
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      KUBECONFIG: join(this.dataDir, "kubeconfig"),
      KUBECACHEDIR: join(this.dir, "kube-cache"),
      ORDINAL_DATA_DIR: this.dataDir,
    };
  }

  /** Runs a command on this machine. */
  async run(command: readonly string[], options: RunOptions = {}): Promise<Finished> {
    return await run(this.#inside(command), { ...options, env: { ...this.env, ...options.env }, cwd: this.dir });
  }

  /** Runs it and gives back what it printed; throws with its words when it fails. */
  async out(...command: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(command);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  async sh(script: string): Promise<string> {
    return await this.out("sh", "-c", script);
  }

  /** A process on this machine that goes on; the caller ends it. */
  spawn(command: readonly string[]): ChildProcess {
    const [program = "", ...args] = this.#inside(command);
    return spawn(program, args, { env: this.env, cwd: this.dir, stdio: ["pipe", "pipe", "pipe"] });
  }

  /** Starts the daemon in the foreground as scripts/start does, and waits until it says that it is ready. */
  async startDaemon(...flags: readonly string[]): Promise<void> {
    const daemon = this.spawn(this.ordinal("start", ...flags));
    this.#daemon = daemon;
    this.#output = "";
    const collect = (chunk: Buffer): void => {
      this.#output += chunk.toString();
    };
    daemon.stdout?.on("data", collect);
    daemon.stderr?.on("data", collect);
    await eventually("the daemon is ready", () => {
      if (daemon.exitCode !== null || daemon.signalCode !== null) throw new Error(`the daemon ended:\n${this.#output}`);
      return this.#output.includes("Ordinal is ready.");
    });
  }

  /** A command line of ordinal's own, without setting anything up. */
  ordinal(...args: readonly string[]): readonly string[] {
    return [process.execPath, ...nodeFlags, join(bundleDir, "cli.js"), ...args];
  }

  /** Whether the API says that it is ready. */
  async readyz(port = 6445): Promise<boolean> {
    const { stdout } = await this.run(["curl", "-sk", "--max-time", "2", `https://127.0.0.1:${port}/readyz`]);
    return stdout === "ok";
  }

  /** Kills the daemon as a crash would, and waits until it is gone. */
  async killDaemon(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    const ended = once(daemon, "exit");
    // nsenter without --fork becomes the program itself, so this is the daemon's own pid.
    daemon.kill("SIGKILL");
    await ended;
  }

  /** Ends everything on this machine; throws when something is left. */
  async destroy(): Promise<void> {
    await this.run(this.ordinal("stop"));
    const left = (await this.processes()).filter((pid) => pid !== this.#holder.pid);
    const names = await Promise.all(left.map(nameOf));
    for (const pid of left) process.kill(pid, "SIGKILL");
    const ended = once(this.#holder, "exit");
    this.#holder.kill("SIGKILL");
    await ended;
    await rm(this.dir, { recursive: true });
    if (left.length > 0) throw new Error(`left running after stop: ${names.join(", ")}`);
  }

  /** The processes in this machine's network, not those in pods' own. */
  async processes(): Promise<readonly number[]> {
    const own = await readlink(`/proc/${this.#holder.pid}/ns/net`);
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
    const checked = await Promise.all(pids.map(async (pid) => ((await networkOf(pid)) === own ? [pid] : [])));
    return checked.flat();
  }

  #inside(command: readonly string[]): readonly string[] {
    return [
      "nsenter",
      "--target",
      String(this.#holder.pid),
      "--net",
      "--mount",
      `--wdns=${this.dir}`,
      "--",
      ...command,
    ];
  }
}

async function networkOf(pid: number): Promise<string> {
  try {
    return await readlink(`/proc/${pid}/ns/net`);
  } catch {
    // It has ended meanwhile, or is a zombie.
    return "";
  }
}

async function nameOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return `${pid} ${line.replaceAll("\0", " ").trim()}`;
}
