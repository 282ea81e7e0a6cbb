import { createServer } from "node:net";
import { hasCode } from "@ordinal/runtime";
import type { HttpListen } from "./dns-settings.ts";
import type { Address } from "./setting-values.ts";

/** The address to serve metrics at: port 0 where the default is taken, since then nobody has asked for that very port. */
export async function httpAddress({ host, port, isDefault }: HttpListen): Promise<Address> {
  return { host, port: isDefault && (await isTaken({ host, port })) ? 0 : port };
}

async function isTaken({ host, port }: Address): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    if (hasCode(error, "EADDRINUSE", "EACCES")) return true;
    throw error;
  }
  await new Promise((resolve) => server.close(resolve));
  return false;
}
