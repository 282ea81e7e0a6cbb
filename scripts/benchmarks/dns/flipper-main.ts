import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { EndpointSlice } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { endpointName, namespace, type BenchService } from "./names.ts";
import { flippedServices, type FlipFigures } from "./flipped.ts";
import { encodeQuery } from "./queries.ts";

/**
 * Flips endpoints' readiness, one after another in each service, and asks DNS from the API's acknowledgement on, again as
 * soon as each answer is in, until one shows it. Writes milliseconds as JSON: of the writes themselves, and from their
 * acknowledgement to that answer.
 */

const [, , kubeconfig = "", port = "0", wanted = "0", output = ""] = process.argv;
const access = await loadKubeconfig(kubeconfig);
const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
const { services } = flippedServices();
const each = Math.ceil(Number(wanted) / services.length);
const lanes = await Promise.all(services.map(flipIn));
await client.stop();
await writeFile(
  output,
  JSON.stringify({ writes: lanes.flatMap((lane) => lane.writes), shown: lanes.flatMap((lane) => lane.shown) }),
);

async function flipIn(service: BenchService): Promise<FlipFigures> {
  const socket = createSocket("udp4");
  socket.connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  const writes: number[] = [];
  const shown: number[] = [];
  let slice = await client.get("endpointslices", { namespace, name: `${service.name}-ipv4` });
  for (let flip = 0; flip < each; flip += 1) {
    // A prime, so that every endpoint has its turn before the first comes again.
    const place = (flip * 7) % service.endpoints.length;
    const endpoint = service.endpoints[place];
    if (endpoint === undefined) throw new Error(`${service.name} has no endpoints`);
    const isReady = slice.endpoints?.[place]?.conditions?.ready === false;
    const begun = performance.now();
    slice = await client.update("endpointslices", withReadiness(slice, place, isReady));
    const acknowledged = performance.now();
    const query = encodeQuery({ name: endpointName(service, endpoint), type: "A" }, { id: flip & 0xffff });
    await untilAnswered(socket, query, isReady ? 1 : 0);
    writes.push(acknowledged - begun);
    shown.push(performance.now() - acknowledged);
  }
  socket.close();
  return { writes, shown };
}

function withReadiness(slice: EndpointSlice, place: number, isReady: boolean): EndpointSlice {
  const conditions = { ready: isReady, serving: isReady, terminating: false };
  const endpoints = (slice.endpoints ?? []).map((endpoint, index) =>
    index === place ? { ...endpoint, conditions } : endpoint,
  );
  return { ...slice, endpoints };
}

async function untilAnswered(socket: Socket, query: Buffer, records: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const onMessage = (answer: Buffer): void => {
      const isThisOne = answer.readUInt16BE(0) === query.readUInt16BE(0);
      if (!isThisOne) return;
      if (answer.readUInt16BE(6) !== records) {
        socket.send(query);
        return;
      }
      socket.off("message", onMessage);
      resolve();
    };
    socket.on("message", onMessage);
    socket.send(query);
  });
}
