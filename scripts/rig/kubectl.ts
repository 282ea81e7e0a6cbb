import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { programPath } from "./machine.ts";

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
