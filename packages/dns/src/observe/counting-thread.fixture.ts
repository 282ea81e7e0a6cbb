import { workerData } from "node:worker_threads";
import { query } from "../message.fixture.ts";
import { createQueryMeter } from "./query-meter.ts";

/** A thread that answers so many queries, and ends. */
const { zones, memory, count } = workerData as {
  readonly zones: readonly string[];
  readonly memory: SharedArrayBuffer;
  readonly count: number;
};
const respond = createQueryMeter({ zones, memory }).wrap((message) => {
  message[2] = 0x84;
  return message;
});
for (let done = 0; done < count; done += 1) void respond(query("web-0.cluster.local", "A"), "udp", "127.0.0.1");
