import { join } from "node:path";
import fsExtra from "fs-extra";

/** Puts the demo into a manifests folder that is not there yet. A user who removes it has removed it for good. */
export async function putDemo(manifestsDir: string, demoDir: string): Promise<void> {
  if (await fsExtra.pathExists(manifestsDir)) return;
  await fsExtra.ensureDir(manifestsDir);
  for (const file of await fsExtra.readdir(demoDir)) await fsExtra.copy(join(demoDir, file), join(manifestsDir, file));
}
