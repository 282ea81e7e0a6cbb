import { readFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import type { Clock } from "@ordinal/runtime";
import { listIfPresent, readIfPresent } from "../commands/read-if-present.ts";
import { parseStat } from "./process-stat.ts";
import { sendSignal } from "./send-signal.ts";

/** How to know the processes that belong to something. */
export interface Belonging {
  /** An assignment in their environment: a process carries the one it was started with wherever it forks to. */
  readonly mark: string;
  /**
   * The session they are in, for those that have written over their environment, as nginx does to show a title. Those
   * with the other mark are in it too, and do not belong.
   */
  readonly session?: { readonly id: number; readonly except: string };
}

/** A process that is just becoming another program has no environment for a moment. */
const quietMs = 4;

/** Kills every process that belongs, and what they start meanwhile, until twice in a row none is found. */
export async function killBelonging(belonging: Belonging, clock: Clock): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    const found = await findBelonging(belonging);
    for (const pid of found) sendSignal(pid, "SIGKILL");
    quiet = found.length === 0 ? quiet + 1 : 0;
    if (quiet < 2) await clock.sleep(quietMs);
  }
}

async function findBelonging(belonging: Belonging): Promise<readonly number[]> {
  const numbers = (await listIfPresent("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(numbers.map((pid) => belongs(pid, belonging)));
  return numbers.filter((pid, at) => found[at] === true && pid !== process.pid);
}

async function belongs(pid: number, { mark, session }: Belonging): Promise<boolean> {
  const environment = await environmentOf(pid);
  if (includes(environment, mark)) return true;
  if (session === undefined || environment === "" || includes(environment, session.except)) return false;
  const stat = parseStat((await readIfPresent(`/proc/${pid}/stat`)) ?? "");
  return stat?.session === session.id && !stat.zombie;
}

/** Whether the environment that a process was started with has this assignment. */
export async function carries(pid: number, assignment: string): Promise<boolean> {
  return includes(await environmentOf(pid), assignment);
}

function includes(environment: string, assignment: string): boolean {
  return environment.startsWith(`${assignment}\0`) || environment.includes(`\0${assignment}\0`);
}

/** Empty for a process that is gone, has none, or is another user's. */
async function environmentOf(pid: number): Promise<string> {
  try {
    return await readFile(`/proc/${pid}/environ`, "latin1");
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH", "EACCES", "EPERM")) return "";
    throw error;
  }
}

/** The process and all that descend from it, parents first. */
export async function processTree(pid: number): Promise<readonly number[]> {
  const found = [pid];
  for (const each of found) found.push(...(await childrenOf(each)));
  return found;
}

/** The processes that this one started and that are still its children. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const threads = await listIfPresent(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readIfPresent(`/proc/${pid}/task/${thread}/children`)));
  return lists.flatMap((list) => (list ?? "").split(" ").filter((word) => word !== "")).map(Number);
}

/**
 * Kills all that descend from a process, and not the process itself: it is the one that waits for them, and a namespace
 * does not end before somebody has waited for everything in it.
 */
export async function killDescendants(pid: number): Promise<void> {
  const before = await processTree(pid);
  // A stopped parent starts no more children while the others are being looked for.
  for (const each of before.slice(1)) sendSignal(each, "SIGSTOP");
  const now = await processTree(pid);
  for (const each of new Set([...now, ...before])) {
    if (each !== pid) sendSignal(each, "SIGKILL");
  }
  // nsenter(1) stops itself when what it waits for is stopped.
  sendSignal(pid, "SIGCONT");
}

/**
 * Kills a process with all that descend from it. Beside marks, because a program may have written over its environment
 * (nginx does, to show a title), and its children can then be found by their parent only.
 */
export async function killTree(pid: number): Promise<void> {
  // Stopped first of all, because a program may start its children again when they end.
  sendSignal(pid, "SIGSTOP");
  const before = await processTree(pid);
  for (const each of before) sendSignal(each, "SIGSTOP");
  for (const each of new Set([...before, ...(await processTree(pid))])) sendSignal(each, "SIGKILL");
}
