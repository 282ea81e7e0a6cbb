import { join } from "node:path";
import { styleText } from "node:util";
import type { Fields, Logger } from "@ordinal/runtime";
import winston from "winston";

export interface LogOptions {
  readonly level: string;
  /** How lines on the terminal look; the file always holds JSON. */
  readonly format: "text" | "json";
  /** Directory of the log file; left out: the terminal only. */
  readonly dir?: string;
  /** Lines go to the terminal as well. */
  readonly toTerminal: boolean;
}

const maxBytes = 10_000_000;
const maxFiles = 3;

/** The daemon's log: a rotated file and, in the foreground, the terminal (standard error). */
export function createLog({ level, format, dir, toTerminal }: LogOptions): Logger {
  const { combine, timestamp, json, printf } = winston.format;
  const forTerminal = format === "json" ? combine(timestamp(), json()) : combine(timestamp(), printf(showLine));
  const file =
    dir === undefined
      ? []
      : [
          new winston.transports.File({
            filename: join(dir, "daemon.log"),
            format: combine(timestamp(), json()),
            maxsize: maxBytes,
            maxFiles,
            tailable: true,
          }),
        ];
  const terminal = toTerminal
    ? [new winston.transports.Console({ format: forTerminal, stderrLevels: ["error", "warn", "info", "debug"] })]
    : [];
  return adapt(winston.createLogger({ level, transports: [...file, ...terminal] }));
}

function adapt(logger: winston.Logger): Logger {
  // A line that nobody wants goes a long way through winston, and there is one for every request.
  const isDebugging = logger.isLevelEnabled("debug");
  return {
    debug: isDebugging ? (message, fields) => void logger.debug(message, fields) : () => {},
    info: (message, fields) => void logger.info(message, fields),
    warn: (message, fields) => void logger.warn(message, fields),
    error: (message, fields) => void logger.error(message, fields),
    child: (fields: Fields) => adapt(logger.child(fields)),
  };
}

const colours = { error: "red", warn: "yellow", info: "green", debug: "gray" } as const;

/** `12:03:04 info  dns: serving  zones=["cluster.local"]` */
function showLine(info: winston.Logform.TransformableInfo): string {
  const { level, message, timestamp, part, ...fields } = info;
  const name = level as keyof typeof colours;
  const time = String(timestamp).slice(11, 19);
  const rest = Object.entries(fields).map(([key, value]) => ` ${styleText("gray", `${key}=`)}${showValue(value)}`);
  const prefix = typeof part === "string" ? `${part}: ` : "";
  return `${styleText("gray", time)} ${styleText(colours[name], level.padEnd(5))} ${prefix}${showText(message)}${rest.join("")}`;
}

function showText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function showValue(value: unknown): string {
  return typeof value === "string" && !/[\s"=]/.test(value) ? value : JSON.stringify(value);
}
