import type { Fields } from "@ordinal/runtime";
import type { ListenAddress } from "./listen.ts";

/** What a thread begins with. `settings` is the replica's own matter. */
export interface WorkerStart {
  readonly addresses: readonly ListenAddress[];
  readonly settings: unknown;
}

/** From the main thread. Whatever is sent is copied; shared memory stays shared, and a Buffer arrives as Uint8Array. */
export type ToWorker =
  | { readonly is: "changes"; readonly changes: readonly unknown[] }
  /** Everything there was has been sent: answer from now on. */
  | { readonly is: "listen" }
  | { readonly is: "help"; readonly id: number; readonly help: unknown };

/** From a thread. */
export type FromWorker =
  /** One message of changes is in force, in the order they were sent. */
  | { readonly is: "applied" }
  | { readonly is: "serving" }
  | { readonly is: "request"; readonly id: number; readonly request: unknown }
  | { readonly is: "log"; readonly level: LogLevel; readonly message: string; readonly fields: Fields };

export type LogLevel = "debug" | "info" | "warn" | "error";
