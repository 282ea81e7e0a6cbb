import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { foreignName } from "./compare-space.ts";

const words = "nobody may touch this\n";

/** Files of somebody else, beside the volumes and among them. */
export interface Canaries {
  /** A directory outside that links lead to. */
  readonly foreignDir: string;
  /** What is wrong with them. */
  check(): Promise<readonly string[]>;
}

/** `outside` is a directory beside the data directory. */
export async function placeCanaries(outside: string, dataDir: string): Promise<Canaries> {
  const foreignDir = join(outside, "foreign");
  const directories = [foreignDir, join(dataDir, "beside"), join(dataDir, "volumes", foreignName)];
  for (const directory of directories) {
    await mkdir(join(directory, "deeper"), { recursive: true });
    await writeFile(join(directory, "canary"), words);
    await writeFile(join(directory, "deeper/canary"), words);
  }
  await writeFile(join(dataDir, "volumes/canary"), words);

  async function look(path: string): Promise<readonly string[]> {
    const found = await readFile(path, "utf8").catch(() => "");
    return found === words ? [] : [`the foreign file ${path} was touched`];
  }

  return {
    foreignDir,
    async check() {
      const problems = [await look(join(dataDir, "volumes/canary"))];
      for (const directory of directories) {
        problems.push(await look(join(directory, "canary")), await look(join(directory, "deeper/canary")));
        const names = await readdir(directory).catch(() => []);
        if (names.length !== 2) problems.push([`the foreign directory ${directory} holds ${names.join(", ")}`]);
      }
      return problems.flat();
    },
  };
}
