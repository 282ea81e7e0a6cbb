import { spawn } from "node:child_process";
import { join } from "node:path";
import { UsageError } from "../../usage-error.ts";
import { dataDirOf, readArguments } from "../arguments.ts";

const parts = ["daemon", "dns", "proxy"];

export async function logs(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, {
    follow: { type: "boolean", short: "f" },
    "data-dir": { type: "string" },
  });
  const [part = "daemon"] = positionals;
  if (!parts.includes(part)) throw new UsageError(`there is no log of "${part}"; there are ${parts.join(", ")}`);
  const file = join(dataDirOf(values).log, `${part}.log`);
  // tail follows a log over its rotation, which is not worth writing again.
  const child = spawn("tail", ["-n", "+1", ...(values["follow"] === true ? ["-F"] : []), "--", file], {
    stdio: "inherit",
  });
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 0));
  });
}
