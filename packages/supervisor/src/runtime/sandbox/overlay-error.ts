import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { runCommand } from "../commands/run-command.ts";
import type { SandboxTools } from "../commands/host-tools.ts";

/** Tries an overlay out, in a mount namespace of its own; returns what went wrong, if anything. */
export async function overlayError(
  tools: Pick<SandboxTools, "unshare" | "mount">,
  { lower, directory }: { readonly lower: string; readonly directory: string },
): Promise<string | undefined> {
  for (const name of ["upper", "work", "root"]) await mkdir(join(directory, name), { recursive: true });
  const options = `lowerdir=${lower},upperdir=upper,workdir=work`;
  const alone = [tools.unshare, "--mount", "--propagation", "private"];
  const { code, stderr } = await runCommand(
    [...alone, tools.mount, "-t", "overlay", "-o", options, "overlay", join(directory, "root")],
    { cwd: directory },
  );
  await rm(directory, { recursive: true, force: true });
  return code === 0 ? undefined : stderr;
}
