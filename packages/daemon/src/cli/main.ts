#!/usr/bin/env node
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { describeError } from "@ordinal/runtime";
import { projectDir } from "../project-paths.ts";
import { UsageError } from "../usage-error.ts";
import { showHelp } from "./help.ts";

/** A subcommand: gets its own arguments, gives back the exit code. */
export type Command = (argv: readonly string[]) => Promise<number>;

/** Loaded one by one, because the DNS process must not carry what only the daemon needs. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import("./commands/start.ts")).start,
  stop: async () => (await import("./commands/stop.ts")).stop,
  status: async () => (await import("./commands/status.ts")).status,
  volumes: async () => (await import("./commands/volumes.ts")).volumes,
  kubeconfig: async () => (await import("./commands/kubeconfig.ts")).kubeconfig,
  dns: async () => (await import("./commands/dns.ts")).dns,
  proxy: async () => (await import("./commands/proxy.ts")).proxy,
  logs: async () => (await import("./commands/logs.ts")).logs,
  version: async () => (await import("./commands/version.ts")).version,
};

// Later starts find the sources compiled; where nothing can be written, nothing is lost.
enableCompileCache(join(projectDir, "node_modules/.cache/ordinal"));

process.exitCode = await run(process.argv.slice(2));

async function run([name = "help", ...argv]: readonly string[]): Promise<number> {
  const isHelp = ["help", "--help", "-h"].includes(name);
  if (isHelp || argv.includes("--help") || argv.includes("-h")) {
    console.log(showHelp(isHelp ? argv : [name, ...argv]));
    return 0;
  }
  const load = commands[name === "--version" ? "version" : name];
  if (load === undefined) return fail(`unknown command "${name}"; "ordinal --help" lists them`);
  try {
    const command = await load();
    return await command(argv);
  } catch (error) {
    if (error instanceof UsageError) return fail(error.message);
    return fail(process.env["ORDINAL_DEBUG"] === undefined ? describeError(error) : String((error as Error).stack));
  }
}

function fail(message: string): number {
  console.error(`ordinal: ${message}`);
  return 1;
}
