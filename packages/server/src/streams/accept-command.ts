import { PassThrough, pipeline, type Readable } from "node:stream";
import { isApiError, type Result } from "@ordinal/api";
import { readAttachRequest, readExecRequest } from "./command-options.ts";
import { statusOfFailure } from "./command-status.ts";
import type { CommandWire } from "./command-wire.ts";
import { startHeartbeat } from "./heartbeat.ts";
import type { Protocol } from "./negotiate.ts";
import { refuseUpgrade } from "./plain-answer.ts";
import type { AttachRequest, StreamSession } from "./pod-streams.ts";
import { runCommand } from "./run-command.ts";
import { openSpdyCommand } from "./spdy/command.ts";
import { acceptSpdy } from "./spdy/upgrade.ts";
import type { StreamAsk } from "./stream-ask.ts";
import { openWebSocketCommand } from "./websocket/command.ts";
import { acceptWebSocket } from "./websocket/message-socket.ts";

interface Started {
  readonly asked: AttachRequest;
  /** A failure here is one of running the command, and told over the protocol, as upstream does. */
  readonly session: Result<StreamSession, unknown>;
}

/** Runs an exec or attach. It starts before the upgrade, so that a refusal is an ordinary answer with a Status. */
export async function acceptCommand(ask: StreamAsk, protocol: Protocol): Promise<void> {
  const started = await start(ask).catch((error: unknown) => refuseUpgrade(ask.socket, error));
  if (started === undefined) return;
  const { asked, session } = started;
  const wire = ask.socket.destroyed ? undefined : await openWire(ask, { protocol, asked });
  if (!session.ok) {
    wire?.finish(statusOfFailure(session.error));
    await wire?.closed;
  } else if (wire === undefined) {
    session.value.close();
  } else {
    await runCommand({ session: session.value, wire, tellsExitCode: ask.target.verb === "exec" });
  }
}

async function start({ target, query, streams }: StreamAsk): Promise<Started> {
  const place = { namespace: target.namespace, pod: target.pod };
  if (target.verb === "exec") {
    const asked = readExecRequest(place, query);
    return { asked, session: await outcomeOf(streams.exec(asked)) };
  }
  const asked = readAttachRequest(place, query);
  return { asked, session: await outcomeOf(streams.attach(asked)) };
}

/** What is wrong with the request is thrown on; what went wrong while starting the command becomes a value. */
async function outcomeOf(starting: Promise<StreamSession>): Promise<Started["session"]> {
  try {
    return { ok: true, value: holdOutput(await starting) };
  } catch (error) {
    if (isApiError(error) && error.reason !== "InternalError") throw error;
    return { ok: false, error };
  }
}

/**
 * The client may need a moment to open its streams. A process may end in that time, and Node then empties its pipes,
 * whether anybody reads them or not.
 */
function holdOutput(session: StreamSession): StreamSession {
  const { stdin, stdout, stderr, exitCode } = session;
  return {
    ...(stdin === undefined ? {} : { stdin }),
    ...(stdout === undefined ? {} : { stdout: held(stdout) }),
    ...(stderr === undefined ? {} : { stderr: held(stderr) }),
    exitCode,
    resize: (size) => session.resize(size),
    close: () => session.close(),
  };
}

function held(output: Readable): Readable {
  return pipeline(output, new PassThrough(), () => {});
}

async function openWire(
  ask: StreamAsk,
  { protocol, asked }: { readonly protocol: Protocol; readonly asked: AttachRequest },
): Promise<CommandWire | undefined> {
  const { subprotocol } = protocol;
  if (protocol.over === "spdy") {
    return await openSpdyCommand({ ...ask, transport: acceptSpdy({ ...ask, subprotocol }), subprotocol, asked });
  }
  const socket = acceptWebSocket({ ...ask, subprotocol });
  if (socket === undefined) return undefined;
  void socket.closed.then(startHeartbeat(ask.clock, () => socket.ping()));
  return openWebSocketCommand({ socket, subprotocol, asked });
}
