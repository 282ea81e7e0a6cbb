import { createHttpsClient, loadKubeconfig, type Client } from "@ordinal/client";
import { describeError, systemClock, type Logger, type Stoppable } from "@ordinal/runtime";
import { readRecord, writeRecord, type CompanionMessage, type CompanionRecord, type Serving } from "../companion.ts";
import { createPlainLog } from "../plain-log.ts";
import type { Raw } from "../setting-values.ts";
import { UsageError } from "../usage-error.ts";
import { readArguments, type Values } from "./arguments.ts";

/** What a part says about itself once it serves; kept in its record, for the daemon and for `ordinal status`. */
export interface About extends Serving {
  readonly lastGood?: Raw | undefined;
}

/** What a part is given to start with. */
export interface CompanionGiven {
  readonly client: Client;
  readonly log: Logger;
  readonly values: Values;
  /** Which file says how to reach the API server. */
  readonly kubeconfig: string;
  /** The record of the process before this one, which may have ended without wanting to. */
  readonly earlier: CompanionRecord | undefined;
  /** Replaces what is said about the part while it runs. */
  readonly publish: (about: About) => Promise<void>;
}

export interface CompanionMain {
  /** The subcommand's own flags beside the common ones. */
  readonly options: Readonly<Record<string, { readonly type: "string" | "boolean"; readonly multiple?: boolean }>>;
  /** Where to look when no kubeconfig is named; left out, one must be. */
  readonly findKubeconfig?: (values: Values) => string;
  readonly start: (given: CompanionGiven) => Promise<Stoppable & { readonly about: About }>;
}

/** Runs a part in a process of its own until SIGTERM or SIGINT, and tells the daemon, if one started it, when it serves. */
export async function runCompanion(argv: readonly string[], main: CompanionMain): Promise<number> {
  const { values } = readArguments(argv, {
    kubeconfig: { type: "string" },
    context: { type: "string" },
    record: { type: "string" },
    "log-level": { type: "string" },
    ...main.options,
  });
  const { context, record } = values;
  const kubeconfig = kubeconfigOf(values, main);
  const earlier = typeof record === "string" ? await readRecord(record) : undefined;
  const publish = async (about: About): Promise<void> => {
    if (typeof record !== "string") return;
    await writeRecord(record, { argv: [...process.execArgv, ...process.argv.slice(1)], ...about });
  };
  await publish({ addresses: [], lastGood: earlier?.lastGood });
  const level = values["log-level"];
  const log = createPlainLog(typeof level === "string" ? level : "info");
  const access = await loadKubeconfig(kubeconfig, typeof context === "string" ? { context } : {});
  const client = createHttpsClient({ access, clock: systemClock, log });
  const given: CompanionGiven = { client, log, values, kubeconfig, earlier, publish };
  const part = await startOrTell(async () => await main.start(given));
  await publish(part.about);
  tell({ serving: part.about });
  await ended();
  await part.stop();
  await client.stop();
  return 0;
}

function kubeconfigOf(values: Values, { findKubeconfig }: CompanionMain): string {
  if (typeof values["kubeconfig"] === "string") return values["kubeconfig"];
  if (findKubeconfig === undefined) throw new UsageError("--kubeconfig FILE is needed: how to reach the API server");
  return findKubeconfig(values);
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
