import { quote, quoteAll } from "./quote.ts";

/** A program and the circumstances it is started in. */
export interface Entry {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly tty: boolean;
}

/** Absolute paths of the programs that the script runs. */
export interface EntryTools {
  /** With its arguments: GNU env is told to reset the signals that a shell ignores in what it starts in the background. */
  readonly env: readonly string[];
  /** Changes user, groups and capabilities; empty for nothing to change. */
  readonly become: readonly string[];
  /** script(1), which holds the pseudo terminal; undefined where there is none. */
  readonly script: string | undefined;
}

/** Says on the report why the program does not start. */
export const failFunction = `fail() { echo "$1" >&3; exit 128; }\n`;

/** Searched where the environment has no PATH, as execvp(3) does. */
const defaultPath = "/bin:/usr/bin";

/**
 * The last part of a run's `init` and the whole of an exec: goes to the working directory, looks whether the program
 * is there, reports `ok` or why not on descriptor 3, and becomes the program. The environment is given to env(1) as
 * words, so names no shell would take arrive as they are, and nothing of it can change how the tools before it behave.
 * The texts are runc's.
 */
export function entryScript(entry: Entry, tools: EntryTools): string {
  const [program = "", ...args] = entry.argv;
  const at = quote(entry.workingDir);
  const assignments = Object.entries(environmentOf(entry)).map(([name, value]) => `${name}=${value}`);
  const started = entry.tty ? onTerminal(entry, tools) : guarded([program, ...args]);
  return `umask 022
${failFunction}[ -d ${at} ] || mkdir -p ${at} 2>/dev/null
cd ${at} 2>/dev/null || fail ${quote(`chdir to cwd (${JSON.stringify(entry.workingDir)}) set in config.json failed`)}
${lookUp(program, entry.env["PATH"] ?? defaultPath)}
echo ok >&3
exec 3>&- 4<&-
exec ${quoteAll([...tools.become, ...tools.env, ...assignments, ...started])}
`;
}

/** Docker sets TERM for a terminal, and script(1) would run the command with whatever SHELL says. */
function environmentOf({ env, tty }: Entry): Readonly<Record<string, string>> {
  return tty ? { TERM: "xterm", ...env, SHELL: "/bin/sh" } : env;
}

/** script(1) inside the container holds the terminal, so that it is one of the container's own and outlives the daemon. */
function onTerminal({ argv, env }: Entry, { script }: EntryTools): readonly string[] {
  if (script === undefined) throw new TypeError("a terminal needs script(1)");
  const shell = env["SHELL"];
  const restore = shell === undefined ? "unset SHELL" : `SHELL=${quote(shell)}; export SHELL`;
  return [script, "-qefc", `${restore}; exec ${quoteAll(argv)}`, "/dev/null"];
}

/** env(1) would take a program with `=` in its name for a variable. */
function guarded(argv: readonly string[]): readonly string[] {
  return argv[0]?.includes("=") === true ? ["/bin/sh", "-c", 'exec "$@"', "sh", ...argv] : argv;
}

function lookUp(program: string, path: string): string {
  const named = `exec: ${JSON.stringify(program)}`;
  if (program.includes("/")) {
    return `[ -e ${quote(program)} ] || fail ${quote(`${named}: stat ${program}: no such file or directory`)}
[ -f ${quote(program)} ] && [ -x ${quote(program)} ] || fail ${quote(`${named}: permission denied`)}`;
  }
  return `PATH=${quote(path)}
command -v -- ${quote(program)} >/dev/null || fail ${quote(`${named}: executable file not found in $PATH`)}`;
}
