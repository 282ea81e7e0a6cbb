import { TLSSocket } from "node:tls";
import { ApiError } from "@ordinal/api";
import { refuseUpgrade } from "../streams/plain-answer.ts";
import { authenticate } from "./authenticate.ts";
import { unknownPath } from "./failures.ts";
import { openStream, type Upgrade } from "./pod-connections.ts";
import { urlOf } from "./request-handler.ts";
import { statusOf } from "./respond.ts";
import { routeOf } from "./route.ts";
import type { Services } from "./services.ts";

/** Answers requests to upgrade: streams to pods, under the same rules as every other request. */
export function createUpgradeHandler(services: Services): (upgrade: Upgrade) => Promise<void> {
  return async (upgrade) => {
    const { request, socket } = upgrade;
    // A connection that breaks is the stream's to notice; without a listener it would end the process.
    socket.on("error", (error) => services.log.debug("a stream's connection broke", { error: error.message }));
    try {
      if (!(socket instanceof TLSSocket)) throw new ApiError("Unauthorized", "Unauthorized");
      authenticate(socket);
      const { pathname, searchParams: query } = urlOf(request);
      const route = routeOf(pathname);
      if (route.is !== "resource") throw unknownPath();
      await openStream(services, { upgrade, route, query });
    } catch (error) {
      refuseUpgrade(socket, ApiError.fromStatus(statusOf(error, services.log)));
    }
  };
}
