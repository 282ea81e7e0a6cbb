import { findProgram } from "./find-program.ts";
import { runCommand, systemPath } from "./run-command.ts";

/** Programs that a sandbox cannot be made without, with the package that has them on Debian. */
const sandboxPrograms = {
  unshare: "util-linux",
  nsenter: "util-linux",
  setpriv: "util-linux",
  pivot_root: "util-linux",
  mount: "mount",
  umount: "mount",
  ip: "iproute2",
} as const;

export type SandboxTools = Readonly<Record<keyof typeof sandboxPrograms, string>>;

/** Absolute paths of programs for both runtimes, and how they behave here. */
export interface HostTools {
  /** env(1) with the arguments that make it undo what a shell does to the signals of what it starts. */
  readonly env: readonly string[];
  readonly script: string | undefined;
  readonly setpriv: string | undefined;
  /** How output is written: GNU split can write numbered files without end. */
  readonly logger: "split" | "cat";
}

export async function findHostTools(): Promise<HostTools> {
  const [env, script, setpriv, resets, splits] = await Promise.all([
    findProgram("env", systemPath),
    findProgram("script", systemPath),
    findProgram("setpriv", systemPath),
    runCommand(["env", "--default-signal=INT,QUIT", "-i", "true"]),
    runCommand(["split", "--version"]),
  ]);
  if (env === undefined) throw new Error("there is no program env(1) on this machine");
  return {
    env: resets.code === 0 ? [env, "--default-signal=INT,QUIT", "-i"] : [env, "-i"],
    script,
    setpriv,
    logger: splits.stdout.includes("GNU") ? "split" : "cat",
  };
}

/** The programs for sandboxes, or the names of those that are missing. */
export async function findSandboxTools(): Promise<
  { readonly ok: true; readonly tools: SandboxTools } | { readonly ok: false; readonly missing: readonly string[] }
> {
  const names = Object.keys(sandboxPrograms) as (keyof typeof sandboxPrograms)[];
  const found = await Promise.all(names.map(async (name) => [name, await findProgram(name, systemPath)] as const));
  const missing = found.filter(([, path]) => path === undefined).map(([name]) => name);
  if (missing.length > 0) return { ok: false, missing };
  return { ok: true, tools: Object.fromEntries(found) as unknown as SandboxTools };
}
