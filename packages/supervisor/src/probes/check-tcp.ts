import { connect } from "node:net";
import { hasCode } from "@ordinal/runtime";
import type { ProbeResult } from "./probe-state.ts";

export interface TcpTarget {
  readonly host: string;
  readonly port: number;
  readonly signal: AbortSignal;
}

/** Whether a TCP connection can be opened. Source: `pkg/probe/tcp`. */
export function checkTcp({ host, port, signal }: TcpTarget): Promise<ProbeResult> {
  const place = `dial tcp ${host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port, signal });
    socket.once("connect", () => {
      socket.destroy();
      resolve({ is: "success", message: "" });
    });
    socket.once("error", (error) => {
      socket.destroy();
      resolve({ is: "failure", message: `${place}: ${reasonOf(error, signal)}` });
    });
  });
}

function reasonOf(error: Error, signal: AbortSignal): string {
  if (signal.aborted) return "i/o timeout";
  return hasCode(error, "ECONNREFUSED") ? "connect: connection refused" : error.message;
}
