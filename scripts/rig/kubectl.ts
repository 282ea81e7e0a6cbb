import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { programPath } from "./machine.ts";

const oldestMinor = 27;

/** The kubectl of one minor version, or undefined. Several versions are often installed side by side as `kubectl.1.27`. */
export function kubectlVersion(minor: string): string | undefined {
  const onPath = programPath("kubectl");
  if (onPath === undefined) return undefined;
  const beside = join(dirname(realpathSync(onPath)), `kubectl.${minor}`);
  return existsSync(beside) ? beside : undefined;
}

/** The newest kubectl there is: the tested version if it stands beside the one on PATH, else the one on PATH. */
export function kubectlPath(): string | undefined {
  return kubectlVersion("1.33") ?? programPath("kubectl");
}

/** Why the kubectl there is cannot be used for tests, or undefined: older ones know neither strict checks nor `wait --for=jsonpath`. */
export function kubectlProblem(): string | undefined {
  const needed = `needs kubectl 1.${oldestMinor} or newer`;
  const path = kubectlPath();
  if (path === undefined) return `${needed}, and there is none on PATH`;
  const said = execFileSync(path, ["version", "--client", "-o", "json"], { encoding: "utf8" });
  const { clientVersion } = JSON.parse(said) as { clientVersion: { minor: string; gitVersion: string } };
  return Number.parseInt(clientVersion.minor, 10) >= oldestMinor
    ? undefined
    : `${needed}, and this is ${clientVersion.gitVersion}`;
}
