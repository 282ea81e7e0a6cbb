import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { eventually, startProvisionerRig } from "../provisioner-rig.fixture.ts";

const mortal = join(import.meta.dirname, "mortal-process.fixture.ts");

/** Runs the process until its end; gives the signal that ended it, or its exit code. */
async function run(dir: string, step: number): Promise<unknown> {
  const child = spawn(process.execPath, [mortal, dir, String(step)], { stdio: ["ignore", "inherit", "inherit"] });
  const [code, signal] = (await once(child, "exit")) as [number | null, string | null];
  return signal ?? code;
}

describe("a provisioner in a process that is killed", function () {
  this.timeout(60_000);

  for (const step of [4, 15, 21, 24, 27, 30, 33, 36, 40, 45, 50, 60, 75, 90]) {
    it(`S42 has lost nothing and left nothing after SIGKILL at step ${step}`, async () => {
      const dir = await mkdtemp(join(tmpdir(), "ordinal-killed-"));
      await mkdir(join(dir, "canary"));
      await writeFile(join(dir, "canary/data"), "alive");
      expect(await run(dir, step)).to.equal("SIGKILL");
      const rig = await startProvisionerRig(dir);
      try {
        await rig.start();
        const last = await rig.volumeOf(await rig.claim("last"));
        await eventually(async () => {
          const claims = (await rig.client.list("persistentvolumeclaims")).items.map(
            ({ metadata }) => `pvc-${metadata.uid}`,
          );
          const volumes = (await rig.client.list("persistentvolumes")).items;
          expect(volumes.map(({ metadata }) => metadata.name)).to.have.members(claims);
          const paths = volumes.map(({ spec }) => spec.hostPath?.path);
          expect((await rig.names()).map((name) => join(rig.volumesDir, name))).to.have.members(paths);
          for (const volume of volumes) {
            const bytes = await readdir(volume.spec.hostPath?.path ?? "");
            if (volume.status?.phase !== "Bound" || volume.metadata.uid === last.metadata.uid) continue;
            // Whether its pod had come to write is not the provisioner's matter; what it wrote is there.
            for (const name of bytes)
              expect(
                volume.spec.claimRef?.name?.startsWith(
                  await readFile(join(volume.spec.hostPath?.path ?? "", name), "utf8"),
                ),
              ).to.equal(true);
          }
        });
        expect(await readFile(join(dir, "canary/data"), "utf8")).to.equal("alive");
      } finally {
        await rig.stop();
        await rm(dir, { recursive: true, force: true });
      }
    });
  }
});
