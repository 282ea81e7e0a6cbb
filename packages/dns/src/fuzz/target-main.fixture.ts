import { silentLogger, systemClock } from "@ordinal/runtime";
import { createConnections } from "../listen/connections.ts";
import { listenHttps } from "../listen/https.ts";
import { listenBoth } from "../listen/listen.ts";
import { has, makeCertificate } from "../listen/peers.fixture.ts";
import { listenTls } from "../listen/tls.ts";
import { fillAnswers, heldMemory } from "./memory.fixture.ts";
import { World, worldKinds } from "./world.fixture.ts";

/** A server in a process of its own, so that it is seen when it ends. Arguments: kind of world, idle time, whether to fill. */
const [, , name, idleMs, isFilled] = process.argv;
const kind = worldKinds.find((each) => each.name === name);
if (kind === undefined) throw new Error(`there is no world ${JSON.stringify(name)}`);
const { serving } = new World(kind);
if (isFilled === "true") fillAnswers(serving.respond, kind.settings.zones[0] ?? "");
const clock = systemClock;
const connections = createConnections({ clock, idleMs: Number(idleMs) });
const parts = { respond: serving.respond, clock, log: silentLogger, connections };
const listening = await listenBoth({ host: "127.0.0.1", port: 0 }, parts);
const secure = (await has("openssl")) ? await listenForSecrets() : {};
process.on("message", () => {
  process.send?.({ held: heldMemory(), rss: process.memoryUsage.rss() });
});
// Ctrl-C is for whoever started it, who sees to the rest.
process.on("SIGINT", () => {});
// Whoever started it is gone: so is the reason to run.
process.once("disconnect", () => process.exit());
process.send?.({ port: listening.address.port, ...secure });

/** The same behind a certificate of its own making. */
async function listenForSecrets(): Promise<{ tlsPort: number | undefined; httpsPort: number | undefined }> {
  const listen = [{ host: "127.0.0.1", port: 0 }];
  const options = { ...parts, ...(await makeCertificate("fuzz")), listen };
  const [tls, https] = [await listenTls(options), await listenHttps(options)];
  return { tlsPort: tls.addresses[0]?.port, httpsPort: https.addresses[0]?.port };
}
