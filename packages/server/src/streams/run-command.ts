import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { statusOfExit, statusOfFailure, type CommandStatus } from "./command-status.ts";
import type { CommandWire } from "./command-wire.ts";
import type { StreamSession } from "./pod-streams.ts";

export interface RunningCommand {
  readonly session: StreamSession;
  readonly wire: CommandWire;
  /** Only a command of the asker's own has an exit code for him; that of an attached container is in the pod's status. */
  readonly tellsExitCode: boolean;
}

/** Joins a session with its asker until one of them ends. Never rejects. */
export async function runCommand({ session, wire, tellsExitCode }: RunningCommand): Promise<void> {
  wire.onResize((size) => session.resize(size));
  feed(wire.stdin, session.stdin);
  const ended = outcomeOf(session, wire).then(
    (code) => statusOfExit(tellsExitCode ? code : 0),
    (error: unknown) => statusOfFailure(error),
  );
  const status = await Promise.race([ended, wire.closed]);
  if (isStatus(status)) wire.finish(status);
  session.close();
  await wire.closed;
}

/** The exit code, once everything the process wrote is with the asker. */
async function outcomeOf(session: StreamSession, wire: CommandWire): Promise<number> {
  const outputs = [drain(session.stdout, wire.stdout), drain(session.stderr, wire.stderr)];
  const [code] = await Promise.all([session.exitCode, ...outputs]);
  return code;
}

/** A process that no longer reads is no failure: the rest of its input is thrown away, or it would block the wire. */
function feed(from: Readable | undefined, to: Writable | undefined): void {
  if (from === undefined) return;
  const discard = (): void => {
    if (to !== undefined) from.unpipe(to);
    from.resume();
  };
  if (to === undefined) return discard();
  to.on("error", discard);
  to.on("close", discard);
  from.pipe(to);
}

async function drain(from: Readable | undefined, to: Writable | undefined): Promise<void> {
  if (from === undefined) return;
  if (to === undefined) from.resume();
  else await pipeline(from, to, { end: false });
}

function isStatus(value: CommandStatus | void): value is CommandStatus {
  return value !== undefined;
}
