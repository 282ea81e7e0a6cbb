import type { TerminalSize } from "./pod-streams.ts";
import { createTerminalSizeReader } from "./terminal-size.ts";

/** Brings terminal sizes from the wire to the session, which may begin to listen later; then it hears the last one. */
export interface ResizeRelay {
  push(chunk: Buffer): void;
  listen(listener: (size: TerminalSize) => void): void;
}

export function createResizeRelay(): ResizeRelay {
  const reader = createTerminalSizeReader();
  let last: TerminalSize | undefined;
  let tell = (size: TerminalSize): void => void (last = size);
  return {
    push(chunk) {
      for (const size of reader.push(chunk)) tell(size);
    },
    listen(listener) {
      tell = listener;
      if (last !== undefined) listener(last);
    },
  };
}
