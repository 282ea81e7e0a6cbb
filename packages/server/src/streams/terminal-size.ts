import type { TerminalSize } from "./pod-streams.ts";

/** Reads `{"Width":100,"Height":30}` from a stream, cut and joined as it comes; what is no size is passed over. */
export interface TerminalSizeReader {
  push(chunk: Buffer): readonly TerminalSize[];
}

const maxBytes = 1024;

export function createTerminalSizeReader(): TerminalSizeReader {
  let held = "";
  return {
    push(chunk) {
      // Some clients end each size with a newline, others do not; but every size ends with its brace.
      const parts = (held + chunk.toString("latin1")).split("}");
      held = (parts.pop() ?? "").slice(-maxBytes);
      return parts.map((part) => readSize(`${part}}`)).filter((size) => size !== undefined);
    },
  };
}

function readSize(text: string): TerminalSize | undefined {
  try {
    const { Width: columns, Height: rows } = JSON.parse(text) as { Width?: unknown; Height?: unknown };
    return isCount(columns) && isCount(rows) ? { columns, rows } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A terminal's size is two unsigned 16-bit numbers; zero would mean none. */
function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;
}
