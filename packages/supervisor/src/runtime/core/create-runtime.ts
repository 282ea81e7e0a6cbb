import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Logger } from "@ordinal/runtime";
import { readBootId } from "../adopt/process-stat.ts";
import { createFifoPool } from "../exec/fifo-pool.ts";
import type { FifoPool } from "../exec/fifo-pool.ts";
import { createAddressPool } from "../network/address-pool.ts";
import type { AddressPool } from "../network/address-pool.ts";
import { installScripts } from "../shim/install-scripts.ts";
import type { InstalledScripts } from "../shim/install-scripts.ts";
import type { Backend } from "./backend.ts";
import type { Trash } from "./trash.ts";
import { HostRuntime } from "./host-runtime.ts";

/** How much output of a run is kept; the defaults are the kubelet's. */
export interface LogLimits {
  /** Size of one file of a log. Defaults to 10 MiB. */
  readonly segmentBytes?: number;
  /** How many files are kept of one run. Defaults to 5. */
  readonly segments?: number;
}

/** What both runtimes are made from. */
export interface RuntimeOptions {
  /** Everything the runtime keeps is below it; names that begin with a dot are its own, the others are pods. */
  readonly stateDir: string;
  /** Pods get their addresses from this range. */
  readonly podCidr: string;
  readonly logLimits?: LogLimits;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is set up together with the backend. */
export interface RuntimeParts {
  readonly logger: "split" | "cat";
  readonly trash: Trash;
}

/** What a runtime works with, apart from its backend. */
export interface RuntimeContext {
  readonly stateDir: string;
  readonly bootId: string;
  readonly pool: FifoPool;
  readonly scripts: InstalledScripts;
  readonly addresses: AddressPool;
  readonly logger: "split" | "cat";
  readonly trash: Trash;
  readonly segmentBytes: number;
  readonly segments: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Prepares the directory and makes a runtime of a backend that is set up. */
export async function createRuntime(backend: Backend, options: RuntimeOptions & RuntimeParts): Promise<HostRuntime> {
  const { stateDir, podCidr, logLimits = {}, logger, trash, clock, log } = options;
  const { segmentBytes = 10 * 1024 * 1024, segments = 5 } = logLimits;
  await mkdir(stateDir, { recursive: true });
  const [bootId, pool, scripts, addresses] = await Promise.all([
    readBootId(),
    createFifoPool(join(stateDir, ".fifos")),
    installScripts(join(stateDir, ".scripts")),
    createAddressPool({ cidr: podCidr, cursorFile: join(stateDir, ".last-address") }),
  ]);
  return new HostRuntime(backend, {
    stateDir,
    bootId,
    pool,
    scripts,
    addresses,
    logger,
    trash,
    segmentBytes,
    segments,
    clock,
    log,
  });
}
