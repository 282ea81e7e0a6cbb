import { readFile } from "node:fs/promises";
import { unreachable } from "@ordinal/runtime";
import type { Credentials } from "./cluster-access.ts";

/** The headers that say who is asking; none for a client certificate, which TLS shows. */
export async function authorization(credentials: Credentials): Promise<{ readonly authorization?: string }> {
  switch (credentials.by) {
    case "token":
      return { authorization: `Bearer ${credentials.token}` };
    case "token file":
      return { authorization: `Bearer ${(await readFile(credentials.path, "utf8")).trim()}` };
    case "password": {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64");
      return { authorization: `Basic ${pair}` };
    }
    case "certificate":
    case "nothing":
      return {};
    default:
      return unreachable(credentials);
  }
}
