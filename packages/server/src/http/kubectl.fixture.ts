import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { TestServer } from "./api-server.fixture.ts";

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A kubectl that talks to a test server, with a discovery cache of its own. */
export interface Kubectl {
  run(args: readonly string[], options?: { readonly input?: string; readonly editor?: string }): Promise<Outcome>;
  /** Runs, and gives back what it says; throws when it fails. */
  say(...args: readonly string[]): Promise<string>;
  /** Starts, and gives back the process as it runs. */
  start(...args: readonly string[]): ChildProcess;
}

/** `kubectl.1.27` beside the kubectl on PATH; the one on PATH itself stands for 1.33. Undefined where there is none. */
export function findKubectl(version: string): string | undefined {
  const onPath = (process.env["PATH"] ?? "")
    .split(delimiter)
    .map((dir) => join(dir, "kubectl"))
    .find((path) => existsSync(path));
  if (onPath === undefined) return undefined;
  const sibling = join(dirname(realpathSync(onPath)), `kubectl.${version}`);
  if (existsSync(sibling)) return sibling;
  return version === "1.33" ? onPath : undefined;
}

export function kubectlFor(server: TestServer, path: string): Kubectl {
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: server.dir,
    TMPDIR: server.dir,
    KUBECONFIG: server.kubeconfig,
    KUBECACHEDIR: join(server.dir, "cache"),
  };

  async function run(
    args: readonly string[],
    { input = "", editor }: { input?: string; editor?: string } = {},
  ): Promise<Outcome> {
    const all = { cwd: server.dir, env: editor === undefined ? env : { ...env, KUBE_EDITOR: editor } };
    return await new Promise((resolve) => {
      const child = execFile(path, [...args], all, (error, out, err) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
      });
      child.stdin?.end(input);
    });
  }

  return {
    run,
    async say(...args) {
      const { code, out, err } = await run(args);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")} failed with ${code}: ${err}`);
      return out + err;
    },
    start: (...args) => spawn(path, [...args], { cwd: server.dir, env, stdio: ["ignore", "pipe", "pipe"] }),
  };
}
