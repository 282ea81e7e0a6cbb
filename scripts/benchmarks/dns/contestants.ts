import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "@ordinal/runtime";
import { programPath, projectDir } from "../../rig/machine.ts";
import { ask, drawPort } from "./ask.ts";
import { dnsmasqArguments, knotArguments } from "./foreign-configs.ts";
import type { BenchNames } from "./names.ts";
import { queriesOf } from "./queries.ts";
import { aheadOfOthers, hasEnded, type Workshop } from "./workshop.ts";

/** A server that is up and has all its names. */
export interface Contestant {
  readonly name: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** From its start to the first answer with what was loaded last. */
  readonly upMs: number;
}

export interface StartContext {
  readonly workshop: Workshop;
  readonly names: BenchNames;
  readonly core?: number | undefined;
}

/** How `ordinal dns` is started here. */
export interface OursOptions {
  /** The command line's file; the bundle by default. */
  readonly cli: string;
  readonly kubeconfig: string;
  /** Threads beside the first. */
  readonly workers?: number;
}

export const defaultCli: string = join(projectDir, "packages/daemon/bundle/cli.js");

/** What the daemon gives the DNS process. Source: packages/daemon/src/companions.ts, `nodeFlags`. */
const nodeFlags = ["--max-semi-space-size=2", "--heap-growing-percent=20", "--max-old-space-size=512", "--expose-gc"];

/** `ordinal dns` as users run it, for the API server of the kubeconfig. Asks nobody else for names. */
export async function startOurs(context: StartContext, options: OursOptions): Promise<Contestant> {
  const port = await drawPort();
  const flags = [
    `--kubeconfig=${options.kubeconfig}`,
    `--dns-listen=127.0.0.1:${port}`,
    "--dns-upstream=none",
    // Metrics are on, as they are for users: counting is part of answering.
    "--dns-http-listen=127.0.0.1:0",
    "--log-level=warn",
    ...(options.workers === undefined ? [] : [`--dns-workers=${options.workers}`]),
  ];
  return await start("ours", context, {
    port,
    command: [process.execPath, ...nodeFlags, options.cli, "dns", ...flags],
  });
}

/**
 * What every Node server has to be measured against: it sends datagrams back, with Node's own settings. When `isAhead`, with a
 * priority like that of our DNS process.
 */
export async function startEcho(
  context: StartContext,
  { isAhead = false }: { readonly isAhead?: boolean } = {},
): Promise<Contestant> {
  const port = await drawPort();
  const command = [...(isAhead ? aheadOfOthers : []), ...nodeProgram("echo-main.ts", port)];
  return await start("bare Node echo", context, { port, command });
}

export async function startDns2(context: StartContext): Promise<Contestant> {
  const port = await drawPort();
  const command = [...nodeProgram("dns2-main.ts", port), String(context.names.count)];
  return await start("dns2's server", context, { port, command });
}

/** Undefined where it is not installed. */
export async function startDnsmasq(context: StartContext): Promise<Contestant | undefined> {
  const program = systemProgram("dnsmasq");
  if (program === undefined) return undefined;
  const port = await drawPort();
  const command = [program, ...(await dnsmasqArguments(context.workshop, context.names, port))];
  return await start("dnsmasq", context, { port, command });
}

/** Undefined where it is not installed. */
export async function startKnot(context: StartContext): Promise<Contestant | undefined> {
  const program = systemProgram("knotd");
  if (program === undefined) return undefined;
  const port = await drawPort();
  const command = [program, ...(await knotArguments(context.workshop, context.names, port))];
  return await start("Knot", context, { port, command });
}

async function start(
  name: string,
  { workshop, names, core }: StartContext,
  { port, command }: { readonly port: number; readonly command: readonly string[] },
): Promise<Contestant> {
  const words = workshop.path(`${port}.log`);
  const begun = performance.now();
  const process = workshop.startLogged(command, { core, file: words });
  const failed = async (what: string): Promise<Error> =>
    new Error(`${name} ${what}: ${command.join(" ")}\n${(await readFile(words, "utf8")).slice(-2_000)}`);
  // A set without names is there when a miss is a miss.
  const last = queriesOf("A", names).at(-1) ?? { name: "nobody.default.svc.cluster.local", type: "A" as const };
  const wanted = names.count === 0 ? 3 : 0;
  while (performance.now() - begun < 120_000) {
    if (hasEnded(process)) throw await failed("has ended");
    const heard = await ask(port, last, { withinMs: 200 });
    if (heard?.rcode === wanted && (name.includes("echo") || heard.answers > 0 || names.count === 0)) {
      return { name, port, process, upMs: performance.now() - begun };
    }
    await systemClock.sleep(5);
  }
  throw await failed("does not answer with its names after two minutes");
}

function nodeProgram(file: string, port: number): readonly string[] {
  return [process.execPath, join(import.meta.dirname, file), String(port)];
}

/** Servers are where only root's PATH leads. */
function systemProgram(program: string): string | undefined {
  return programPath(program) ?? ["/usr/sbin", "/usr/local/sbin"].map((dir) => join(dir, program)).find(existsSync);
}
