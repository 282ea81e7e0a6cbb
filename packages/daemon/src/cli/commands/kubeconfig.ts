import { readFile } from "node:fs/promises";
import { hasCode } from "@ordinal/runtime";
import { UsageError } from "../../usage-error.ts";
import { dataDirOf, readArguments } from "../arguments.ts";

export async function kubeconfig(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, { path: { type: "boolean" }, "data-dir": { type: "string" } });
  const { kubeconfig: path } = dataDirOf(values);
  const content = await readOrExplain(path);
  console.log(values["path"] === true ? path : content.trimEnd());
  return 0;
}

async function readOrExplain(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT"))
      throw new UsageError(`${path} is not there yet; "ordinal start" writes it`, { cause: error });
    if (hasCode(error, "EACCES"))
      throw new UsageError(`${path} belongs to another user; run this as the user who started Ordinal`, {
        cause: error,
      });
    throw error;
  }
}
