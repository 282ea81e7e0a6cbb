import type { Readable, Writable } from "node:stream";
import type { CommandStatus } from "./command-status.ts";
import type { TerminalSize } from "./pod-streams.ts";

/** The asker's ends of a remote command, whatever carries them. Ends that were not asked for are absent. */
export interface CommandWire {
  readonly stdin?: Readable;
  readonly stdout?: Writable;
  readonly stderr?: Writable;
  /** Who is told of new sizes of the asker's terminal; sizes that came before are told at once. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Sends how it ended, after everything written before, and closes. Does nothing once closed. */
  finish(status: CommandStatus): void;
  /** Resolves when the asker has gone, or everything is sent. */
  readonly closed: Promise<void>;
}
