import { createHttpsClient, loadKubeconfig, type Client } from "@ordinal/client";
import { describeError, systemClock, type Logger, type Stoppable } from "@ordinal/runtime";
import { writeRecord, type CompanionMessage } from "../companion.ts";
import { createPlainLog } from "../plain-log.ts";
import type { Address } from "../settings.ts";
import { UsageError } from "../usage-error.ts";
import { readArguments } from "./arguments.ts";

export interface CompanionMain {
  /** The subcommand's own flags beside the common ones. */
  readonly options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>>;
  readonly start: (given: {
    readonly client: Client;
    readonly log: Logger;
    readonly values: Readonly<Record<string, unknown>>;
  }) => Promise<Stoppable & { readonly addresses: readonly Address[] }>;
}

/** Runs a part in a process of its own until SIGTERM or SIGINT, and tells the daemon, if one started it, when it serves. */
export async function runCompanion(argv: readonly string[], { options, start }: CompanionMain): Promise<number> {
  const { values } = readArguments(argv, {
    kubeconfig: { type: "string" },
    context: { type: "string" },
    record: { type: "string" },
    "log-level": { type: "string" },
    ...options,
  });
  const { kubeconfig, context, record } = values;
  if (typeof kubeconfig !== "string") throw new UsageError("--kubeconfig FILE is needed: how to reach the API server");
  const own = [...process.execArgv, ...process.argv.slice(1)];
  if (typeof record === "string") await writeRecord(record, { argv: own, addresses: [] });
  const level = values["log-level"];
  const log = createPlainLog(typeof level === "string" ? level : "info");
  const access = await loadKubeconfig(kubeconfig, typeof context === "string" ? { context } : {});
  const client = createHttpsClient({ access, clock: systemClock, log });
  const part = await startOrTell(async () => await start({ client, log, values }));
  if (typeof record === "string") await writeRecord(record, { argv: own, addresses: part.addresses });
  tell({ serving: part.addresses });
  await ended();
  await part.stop();
  await client.stop();
  return 0;
}

/** A part that cannot start says why to the daemon as well, whose user would have to look for it in a log. */
async function startOrTell<T>(start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (error) {
    tell({ failed: describeError(error) });
    throw error;
  }
}

function tell(message: CompanionMessage): void {
  process.send?.(message);
}

async function ended(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGTERM", resolve);
    process.once("SIGINT", resolve);
  });
}
