import { join } from "node:path";
import { kubectlPath } from "../rig/kubectl.ts";
import { Machine } from "../rig/machine.ts";

/** Starts the daemon as users run it on a private machine of its own, and runs one of the programs beside this one there. */
export async function benchInside(program: string): Promise<void> {
  const machine = await Machine.create();
  try {
    await machine.startDaemon("--runtime", "sandbox");
    const command = [process.execPath, join(import.meta.dirname, program), machine.dataDir, kubectlPath() ?? "kubectl"];
    const { code, stdout, stderr } = await machine.run(command);
    console.log(stdout.trimEnd());
    if (code !== 0) throw new Error(`the benchmark ended with ${code}\n${stderr}\n${machine.output.slice(-4000)}`);
  } finally {
    await machine.destroy();
  }
}
