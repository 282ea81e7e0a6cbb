import { join } from "node:path";
import { kubectlPath } from "../rig/kubectl.ts";
import { Machine } from "../rig/machine.ts";

/** Pods, claims, names and memory, measured from inside a private machine with the daemon as users run it. */
export async function benchPods(): Promise<void> {
  const machine = await Machine.create({ bundled: true });
  try {
    await machine.startDaemon("--runtime", "sandbox");
    const inside = join(import.meta.dirname, "pods-inside.ts");
    const { code, stdout, stderr } = await machine.run([
      process.execPath,
      inside,
      machine.dataDir,
      kubectlPath() ?? "kubectl",
    ]);
    console.log(stdout.trimEnd());
    if (code !== 0) throw new Error(`the benchmark ended with ${code}\n${stderr}\n${machine.output.slice(-4000)}`);
  } finally {
    await machine.destroy();
  }
}
