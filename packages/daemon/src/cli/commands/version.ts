import { ordinalVersion, kubernetesVersion } from "../../version.ts";

export async function version(): Promise<number> {
  console.log(`ordinal ${ordinalVersion} (Kubernetes API ${kubernetesVersion}, Node ${process.version})`);
  return await Promise.resolve(0);
}
