import type { RunSpec } from "../../pod-runtime.ts";

/** What has to be known of a sandbox after a restart of the daemon. */
export interface SandboxRecord {
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
  readonly address: string;
  /** The boot in which it was made: nothing of it survives another one. */
  readonly bootId: string;
}

/** What has to be known of a run to exec into it and to attach to it after a restart of the daemon. */
export interface RunRecord {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly groups?: readonly number[];
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
}

/** The defaults of a `RunSpec` are set here. */
export function runRecord(spec: RunSpec): RunRecord {
  const { argv, env, workingDir = "/", user, groups = [], stdin, stdinOnce = false, tty } = spec;
  return { argv, env, workingDir, ...(user === undefined ? {} : { user }), groups, stdin, stdinOnce, tty };
}

/** Reads a record; undefined when it is not there or was cut off by a crash. */
export function parseSandboxRecord(text: string | undefined): SandboxRecord | undefined {
  return parseIfWhole(text) as SandboxRecord | undefined;
}

/** Reads a record; undefined when it is not there or was cut off by a crash. */
export function parseRunRecord(text: string | undefined): RunRecord | undefined {
  return parseIfWhole(text) as RunRecord | undefined;
}

function parseIfWhole(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
