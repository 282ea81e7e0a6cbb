import type { Clock, Logger, Metrics } from "@ordinal/runtime";
import type { OpenApi } from "../discovery/openapi-documents.ts";
import type { Registry } from "../registry/registry.ts";
import type { PodStreams } from "../streams/pod-streams.ts";
import type { Health } from "./health.ts";
import type { NodeAnswers } from "./node-proxy.ts";

/** What the handlers of the server work with. */
export interface Services {
  readonly registry: Registry;
  readonly streams: PodStreams;
  readonly clock: Clock;
  readonly log: Logger;
  /** What `/version` says, as a semantic version. */
  readonly version: string;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly openApi: OpenApi;
  readonly node: NodeAnswers | undefined;
}
