import type { Fields, Logger } from "@ordinal/runtime";

const levels = ["debug", "info", "warn", "error"] as const;

/** JSON lines on standard error, for the small processes that outlive the daemon: winston would double their memory. */
export function createPlainLog(level: string, fields: Fields = {}): Logger {
  const lowest = Math.max(
    0,
    levels.findIndex((each) => each === level),
  );
  const say = (rank: number) => (message: string, more?: Fields) => {
    if (rank < lowest) return;
    const line = { timestamp: new Date().toISOString(), level: levels[rank], message, ...fields, ...more };
    process.stderr.write(`${JSON.stringify(line)}\n`);
  };
  return {
    debug: say(0),
    info: say(1),
    warn: say(2),
    error: say(3),
    child: (more) => createPlainLog(level, { ...fields, ...more }),
  };
}
