import type { Client } from "@ordinal/client";
import type { Clock, Logger } from "@ordinal/runtime";
import type { Informers } from "./informers.ts";

/** What every controller stands on. Controllers read through the informers, write through the client and own neither. */
export interface ControllerOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly informers: Informers;
}
