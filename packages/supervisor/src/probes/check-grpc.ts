import type { IncomingHttpHeaders } from "node:http2";
import { describeError } from "@ordinal/runtime";
import type { ProbeResult } from "./probe-state.ts";

export interface GrpcTarget {
  readonly host: string;
  readonly port: number;
  /** Which service of the server; empty for all of it. */
  readonly service: string;
  readonly signal: AbortSignal;
}

/** grpc.health.v1 HealthCheckResponse.ServingStatus. */
const servingStatus = ["UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN"];

/** Asks `grpc.health.v1.Health/Check` once, without TLS. Source: `pkg/probe/grpc`. */
export async function checkGrpc(target: GrpcTarget): Promise<ProbeResult> {
  const place = `${target.host}:${target.port}`;
  try {
    const { grpcStatus, grpcMessage, body } = await call(target);
    if (grpcStatus === "12")
      return failure(`error: this server does not implement the grpc health protocol (grpc.health.v1.Health)`);
    if (grpcStatus !== "0")
      return failure(`error: health rpc probe failed: rpc error: code = ${grpcStatus} desc = ${grpcMessage}`);
    const status = servingStatus[readStatus(body)] ?? "UNKNOWN";
    return status === "SERVING"
      ? { is: "success", message: "service healthy" }
      : failure(`service unhealthy (responded with ${JSON.stringify(status)})`);
  } catch (error) {
    if (target.signal.aborted)
      return failure(`timeout: failed to connect service ${JSON.stringify(place)} within the timeout`);
    return failure(`error: failed to connect service ${JSON.stringify(place)}: ${describeError(error)}`);
  }
}

const failure = (message: string): ProbeResult => ({ is: "failure", message });

interface Answer {
  readonly grpcStatus: string;
  readonly grpcMessage: string;
  readonly body: Buffer;
}

async function call({ host, port, service, signal }: GrpcTarget): Promise<Answer> {
  // Few pods have such a probe, and HTTP/2 takes longer to load than all other protocols together.
  const { connect, constants } = await import("node:http2");
  return await new Promise((resolve, reject) => {
    const session = connect(`http://${host}:${port}`);
    session.on("error", reject);
    const stream = session.request(
      {
        [constants.HTTP2_HEADER_METHOD]: "POST",
        [constants.HTTP2_HEADER_PATH]: "/grpc.health.v1.Health/Check",
        "content-type": "application/grpc",
        te: "trailers",
        "user-agent": "kube-probe/1.33",
      },
      { signal },
    );
    const chunks: Buffer[] = [];
    let ending: IncomingHttpHeaders = {};
    stream.on("error", reject);
    // A failure may come as headers alone.
    stream.on("response", (headers) => (ending = headers));
    stream.on("trailers", (trailers) => (ending = trailers));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("close", () => {
      session.destroy();
      const { "grpc-status": grpcStatus = "2", "grpc-message": grpcMessage = "" } = ending;
      resolve({ grpcStatus: String(grpcStatus), grpcMessage: String(grpcMessage), body: Buffer.concat(chunks) });
    });
    stream.end(frame(encodeRequest(service)));
  });
}

/** HealthCheckRequest { string service = 1 }. */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  return name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a, name.length]), name]);
}

/** A gRPC message: no compression, four bytes of length. */
function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** HealthCheckResponse { ServingStatus status = 1 }; zero is left out on the wire. */
function readStatus(body: Buffer): number {
  return body[5] === 0x08 ? (body[6] ?? 0) : 0;
}
