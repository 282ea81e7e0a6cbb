import { silentLogger, systemClock } from "@ordinal/runtime";
import { createConnections } from "../listen/connections.ts";
import { listenBoth } from "../listen/listen.ts";
import { fillAnswers, heldMemory } from "./memory.fixture.ts";
import { World, worldKinds } from "./world.fixture.ts";

/** A server in a process of its own, so that it is seen when it ends. Arguments: kind of world, idle time, whether to fill. */
const [, , name, idleMs, isFilled] = process.argv;
const kind = worldKinds.find((each) => each.name === name);
if (kind === undefined) throw new Error(`there is no world ${JSON.stringify(name)}`);
const { serving } = new World(kind);
if (isFilled === "true") fillAnswers(serving.respond, kind.settings.zones[0] ?? "");
const listening = await listenBoth(
  { host: "127.0.0.1", port: 0 },
  {
    respond: serving.respond,
    clock: systemClock,
    log: silentLogger,
    connections: createConnections({ clock: systemClock, idleMs: Number(idleMs) }),
  },
);
process.on("message", () => {
  process.send?.({ held: heldMemory(), rss: process.memoryUsage.rss() });
});
// Ctrl-C is for whoever started it, who sees to the rest.
process.on("SIGINT", () => {});
// Whoever started it is gone: so is the reason to run.
process.once("disconnect", () => process.exit());
process.send?.({ port: listening.address.port });
