import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fsExtra from "fs-extra";
import { createSystemHost, type CommandResult, type SystemHost } from "./system-host.ts";
import type { SplitDnsTarget } from "./target.ts";

/** A machine that is a directory: files are real, programs are told what to say. */
export interface ScratchHost extends SystemHost {
  readonly root: string;
  /** What was run, in order. */
  readonly ran: readonly string[];
  /** What a command line says; without it, everything succeeds and says nothing. */
  answer(line: string, result: CommandResult): void;
  put(path: string, text: string): Promise<void>;
  /** Every file below a directory, by its path on that machine. */
  files(path: string): Promise<Readonly<Record<string, string>>>;
  destroy(): Promise<void>;
}

export async function createScratchHost(given: Partial<Pick<SystemHost, "platform">> = {}): Promise<ScratchHost> {
  const root = await mkdtemp(join(tmpdir(), "split-dns-"));
  const ran: string[] = [];
  const answers = new Map<string, CommandResult>();

  async function files(path: string): Promise<Readonly<Record<string, string>>> {
    const found: Record<string, string> = {};
    for (const name of await host.list(path)) {
      const below = join(path, name);
      const isDirectory = (await fsExtra.stat(join(root, below))).isDirectory();
      Object.assign(found, isDirectory ? await files(below) : { [below]: await host.readText(below) });
    }
    return found;
  }

  const host: ScratchHost = {
    ...createSystemHost({ root }),
    platform: "linux",
    isRoot: true,
    ...given,
    root,
    ran,
    answer: (line, result) => void answers.set(line, result),
    run: async (argv) => {
      const line = argv.join(" ");
      ran.push(line);
      return await Promise.resolve(answers.get(line) ?? { code: 0, output: "" });
    },
    lookUp: async () => await Promise.resolve([]),
    put: async (path, text) => await fsExtra.outputFile(join(root, path), text),
    files,
    destroy: async () => await rm(root, { recursive: true }),
  };
  return host;
}

export function aTarget(more: Partial<SplitDnsTarget> = {}): SplitDnsTarget {
  return {
    servers: [{ host: "127.0.0.1", port: 10053 }],
    zones: ["cluster.local"],
    externalZones: [],
    reverseZones: ["244.10.in-addr.arpa", "96.10.in-addr.arpa"],
    ...more,
  };
}
