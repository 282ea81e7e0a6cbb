import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { lstat, mkdir, readdir, readFile, rename, rmdir, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";

export interface CommandResult {
  /** 127 where there is no such program, as shells say; 124 where it took too long. */
  readonly code: number;
  /** What it printed, to both outputs. */
  readonly output: string;
}

/** What split DNS needs of the machine it sets up. Paths are the machine's own; a root puts them elsewhere, for tests. */
export interface SystemHost {
  readonly platform: "linux" | "macos" | "other";
  readonly isRoot: boolean;
  /** Undefined where there is no such file. */
  readText(path: string): Promise<string | undefined>;
  exists(path: string): Promise<boolean>;
  /** The names in a directory; none where it is not there. */
  list(path: string): Promise<readonly string[]>;
  /** Makes what is missing of a directory; gives back what it made, outermost first. */
  makeDirectory(path: string): Promise<readonly string[]>;
  /** Replaces the file in one step. */
  writeText(path: string, file: { readonly text: string; readonly mode: number }): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** Leaves a directory that has something in it. */
  removeEmptyDirectory(path: string): Promise<void>;
  /** Runs a program to its end, at most 30 s. */
  run(argv: readonly string[]): Promise<CommandResult>;
  /** The addresses of a name as every program on the machine finds them, at most 5 s; none where it has none. */
  lookUp(name: string): Promise<readonly string[]>;
}

const commandMs = 30_000;
const lookUpMs = 5_000;

const platforms: Partial<Record<NodeJS.Platform, SystemHost["platform"]>> = { linux: "linux", darwin: "macos" };

export function createSystemHost({ root = "/" }: { readonly root?: string } = {}): SystemHost {
  const at = (path: string): string => join(root, path);

  async function makeDirectory(path: string): Promise<readonly string[]> {
    try {
      await mkdir(at(path));
      return [path];
    } catch (error) {
      if (hasCode(error, "EEXIST")) return [];
      if (!hasCode(error, "ENOENT")) throw error;
      return [...(await makeDirectory(dirname(path))), ...(await makeDirectory(path))];
    }
  }

  return {
    platform: platforms[process.platform] ?? "other",
    isRoot: process.getuid?.() === 0,
    makeDirectory,
    readText: async (path) => await absentIsUndefined(readFile(at(path), "utf8")),
    exists: async (path) => (await absentIsUndefined(lstat(at(path)))) !== undefined,
    list: async (path) => (await absentIsUndefined(readdir(at(path)))) ?? [],
    async writeText(path, { text, mode }) {
      // A resolver that looks into its directory meanwhile passes over names that begin with a dot.
      const draft = join(dirname(at(path)), `.${basename(path)}.${process.pid}`);
      await writeFile(draft, text, { mode });
      await rename(draft, at(path));
    },
    async removeFile(path) {
      await absentIsUndefined(unlink(at(path)));
    },
    async removeEmptyDirectory(path) {
      try {
        await rmdir(at(path));
      } catch (error) {
        if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST")) throw error;
      }
    },
    run: async (argv) => await runProgram(argv, commandMs),
    lookUp: async (name) => await lookUpByHost(name),
  };
}

async function absentIsUndefined<T>(act: Promise<T>): Promise<T | undefined> {
  try {
    return await act;
  } catch (error) {
    // ESRCH: a process that has ended while its file in /proc was read.
    if (hasCode(error, "ENOENT", "ENOTDIR", "ESRCH")) return undefined;
    throw error;
  }
}

async function runProgram([program = "", ...args]: readonly string[], timeout: number): Promise<CommandResult> {
  return await new Promise((resolve) => {
    execFile(program, args, { timeout, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) resolve({ code: 0, output });
      else if (hasCode(error, "ENOENT")) resolve({ code: 127, output: `there is no program ${program}` });
      else resolve({ code: error.killed === true ? 124 : Number(error.code ?? 1), output });
    });
  });
}

/** By a program of its own: the C library may hold a lookup for long, and a process can be ended. */
async function lookUpByHost(name: string): Promise<readonly string[]> {
  const { code, output } = await runProgram(["getent", "ahosts", name], lookUpMs);
  if (code === 127) return await lookUpHere(name);
  if (code !== 0) return [];
  return unique(output.split("\n").flatMap((line) => line.split(/\s+/)[0] ?? []));
}

/** Where there is no getent, as on macOS. */
async function lookUpHere(name: string): Promise<readonly string[]> {
  try {
    return unique((await lookup(name, { all: true })).map(({ address }) => address));
  } catch (error) {
    if (hasCode(error, "ENOTFOUND", "EAI_AGAIN", "ENODATA")) return [];
    throw error;
  }
}

const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];
