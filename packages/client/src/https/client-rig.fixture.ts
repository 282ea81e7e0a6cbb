import type { ServerResponse } from "node:http";
import { ApiError } from "@ordinal/api";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { ClusterAccess } from "./cluster-access.ts";
import { createHttpsClient, type HttpsClient, type HttpsClientOptions } from "./https-client.ts";
import { startTestServer, type Received, type TestServer } from "./test-server.fixture.ts";

export type Answerer = (response: ServerResponse, request: Received) => void;

/** A server whose answers are set by each test, and clients of it that end with the test. */
export interface ClientRig {
  readonly server: TestServer;
  answer: Answerer;
  connect(
    change?: Partial<Omit<HttpsClientOptions, "access">> & { readonly access?: Partial<ClusterAccess> },
  ): HttpsClient;
}

/** To be called inside a `describe`: starts and stops with it. */
export function useClientRig(): ClientRig {
  const clients: HttpsClient[] = [];
  let server: TestServer | undefined;
  const rig: ClientRig = {
    get server() {
      if (server === undefined) throw new Error("the server runs only during tests");
      return server;
    },
    answer: (response) => response.writeHead(500).end(),
    connect({ access, ...options } = {}) {
      const whole = { ...rig.server.access, ...access };
      const client = createHttpsClient({ clock: systemClock, log: silentLogger, ...options, access: whole });
      clients.push(client);
      return client;
    },
  };
  before(async () => {
    server = await startTestServer((request, response) => rig.answer(response, request));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.stop()));
  });
  after(async () => await server?.stop());
  return rig;
}

/** Answers with JSON. */
export function reply(body: unknown, code = 200, headers: Readonly<Record<string, string | string[]>> = {}): Answerer {
  return (response) =>
    response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A pod as far as these tests look at it. */
export function podAt(name: string, revision: number): object {
  const metadata = { name, namespace: "default", resourceVersion: String(revision) };
  return { apiVersion: "v1", kind: "Pod", metadata };
}

/** The ApiError that this ends in; anything else fails the test. */
export async function failureOf(work: Promise<unknown>): Promise<ApiError> {
  return await work.then(
    () => expect.fail("it did not fail"),
    (error: unknown) => (error instanceof ApiError ? error : expect.fail(`not an ApiError: ${String(error)}`)),
  );
}
