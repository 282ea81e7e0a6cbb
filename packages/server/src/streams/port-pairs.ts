import type { Clock } from "@ordinal/runtime";
import type { SpdyStream } from "./spdy/stream.ts";

/** The two streams of one forwarded connection. */
export interface PortPair {
  readonly port: number;
  readonly data: SpdyStream;
  readonly error: SpdyStream;
}

/** Finds the streams that belong together by their `requestid`. */
export interface PortPairs {
  /** A stream that makes no sense, or whose other half does not come in time, is reset. */
  add(stream: SpdyStream): void;
  stop(): void;
}

export interface PortPairsOptions {
  readonly clock: Clock;
  readonly onPair: (pair: PortPair) => void;
}

interface Half {
  readonly stream: SpdyStream;
  readonly cancel: () => void;
}

/** How long a stream waits for its other half. Source: kubelet's DefaultStreamCreationTimeout. */
const pairMs = 30_000;

export function createPortPairs({ clock, onPair }: PortPairsOptions): PortPairs {
  const halves = new Map<string, Half>();

  function wait(id: string, stream: SpdyStream): void {
    const cancel = clock.after(pairMs, () => {
      halves.delete(id);
      stream.destroy();
    });
    halves.set(id, { stream, cancel });
  }

  return {
    add(stream) {
      const { requestid: id = "", streamtype: type, port: portText = "" } = stream.headers;
      const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
      const half = halves.get(id);
      const isFit = id !== "" && (type === "data" || type === "error") && port > 0 && port < 65_536;
      if (!isFit || half?.stream.headers["streamtype"] === type) {
        stream.destroy();
        return;
      }
      if (half === undefined) return wait(id, stream);
      half.cancel();
      halves.delete(id);
      const [data, error] = type === "data" ? [stream, half.stream] : [half.stream, stream];
      onPair({ port, data, error });
    },
    stop() {
      for (const { cancel } of halves.values()) cancel();
      halves.clear();
    },
  };
}
