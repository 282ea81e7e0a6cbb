import { readFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import fsExtra from "fs-extra";
import type { Address } from "./setting-values.ts";

/** What the running daemon (or the last one) says about itself to `ordinal status` and to the next start. */
export interface RunFile {
  readonly apiPort: number;
  readonly runtime: "sandbox" | "process";
  readonly runtimeReason: string;
  readonly clusterDomain: string;
  readonly dns: readonly Address[];
  /** Metrics and health of DNS, where they are served. */
  readonly dnsHttp?: Address | undefined;
  readonly dnsTls?: Address | undefined;
  readonly dnsHttps?: Address | undefined;
  /** Every zone, the primary one first; not in files of older versions. */
  readonly zones?: readonly string[];
  readonly podCidr: string;
  readonly serviceCidr: string;
}

export async function readRunFile(path: string): Promise<RunFile | undefined> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as RunFile;
  } catch (error) {
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Replaces the file in one step, so that a reader never sees half of it. */
export async function writeRunFile(path: string, run: RunFile): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await fsExtra.outputFile(draft, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 });
  await fsExtra.rename(draft, path);
}
