import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect } from "chai";
import { createHostStreams, type HostStreams } from "../streams/host-streams.fixture.ts";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, open } from "./https-request.fixture.ts";
import { findKubectl, kubectlFor, type Kubectl } from "./kubectl.fixture.ts";

const pods = "/api/v1/namespaces/default/pods";

describe("connections to pods through the API", () => {
  let server: TestServer;
  let streams: HostStreams;

  before(async () => {
    streams = createHostStreams();
    server = await startTestServer({ streams });
    streams.logFile = join(server.dir, "log");
    await writeFile(streams.logFile, "one\ntwo\n");
    for (const name of ["web-0", "waiting"]) await makePod(name, ["main"]);
    await makePod("pair", ["a", "b"]);
    for (const name of ["web-0", "pair"]) {
      const at = { namespace: "default", name };
      await server.registry.bind(at, "ordinal");
      const body = { status: { phase: "Running" } };
      await server.registry.patch("pods", at, { type: "merge", subresource: "status", body });
    }
  });
  after(async () => {
    await server.stop();
    await streams.stop();
  });

  async function makePod(name: string, containers: readonly string[]): Promise<void> {
    await server.registry.create("pods", {
      metadata: { name, namespace: "default" },
      spec: { containers: containers.map((container) => ({ name: container, image: "busybox" })) },
    });
  }

  const upgrade = { connection: "Upgrade", upgrade: "SPDY/3.1", "x-stream-protocol-version": "v4.channel.k8s.io" };
  const refusals: readonly (readonly [what: string, path: string, code: number, message: string])[] = [
    ["a pod that is not there", "nosuch/exec?command=ls", 404, 'pods "nosuch" not found'],
    ["a pod on no node", "waiting/exec?command=ls", 400, "pod waiting does not have a host assigned"],
    [
      "a container that is not there",
      "web-0/exec?container=x&command=ls",
      400,
      "container x is not valid for pod web-0",
    ],
    [
      "no container where there are two",
      "pair/attach",
      400,
      "a container name must be specified for pod pair, choose one of: [a b]",
    ],
  ];
  for (const [what, path, code, message] of refusals) {
    it(`K12 refuses ${what}`, async () => {
      const reply = await ask(server, { method: "POST", path: `${pods}/${path}`, headers: upgrade });
      expect([reply.code, reply.json.message]).to.deep.equal([code, message]);
    });
  }

  it("K12 refuses to stream over a plain request", async () => {
    const { code, json } = await ask(server, { method: "POST", path: `${pods}/web-0/exec?command=ls` });
    expect([code, json.message]).to.deep.equal([400, "Upgrade request required"]);
    const other = await ask(server, { path: `${pods}/web-0`, headers: upgrade });
    expect([other.code, other.json.message]).to.deep.equal([400, "this path cannot be upgraded"]);
  });

  it("K11 sends logs, and nothing for a pod that has not begun", async () => {
    const { code, headers, text } = await ask(server, { path: `${pods}/web-0/log` });
    expect([code, headers["content-type"], text]).to.deep.equal([200, "text/plain", "one\ntwo\n"]);
    expect((await ask(server, { path: `${pods}/waiting/log` })).text).to.equal("");
    const wrong = await ask(server, { path: `${pods}/pair/log` });
    expect([wrong.code, wrong.json.reason]).to.deep.equal([400, "BadRequest"]);
  });

  for (const version of ["1.27", "1.33"]) {
    const path = findKubectl(version);
    const why = path === undefined ? ` (left out: no kubectl.${version} beside the kubectl on PATH)` : "";
    (path === undefined ? it.skip : it)(
      `K12 kubectl ${version} runs commands, reads logs and forwards ports${why}`,
      async () => {
        const kubectl: Kubectl = kubectlFor(server, path ?? "");
        const ran = await kubectl.run(["exec", "-i", "web-0", "--", "sh", "-c", "cat; echo err >&2; exit 7"], {
          input: "hello",
        });
        expect([ran.code, ran.out, ran.err.split("\n")[0]]).to.deep.equal([7, "hello", "err"]);
        expect(await kubectl.say("logs", "web-0")).to.equal("one\ntwo\n");
        const echo = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
        await once(echo, "listening");
        const { port } = echo.address() as AddressInfo;
        const forward = kubectl.start("port-forward", "pod/web-0", `:${port}`);
        const said = once(forward.stdout as Readable, "data");
        const [line] = (await Promise.race([said, once(forward, "exit")])) as [Buffer | number];
        expect(String(line)).to.match(/^Forwarding from 127.0.0.1:\d+ -> /);
        forward.kill();
        await once(forward, "exit");
        echo.close();
      },
    );
  }

  it("stops at once though a log is followed", async () => {
    const other = await startTestServer({ streams });
    await other.registry.create("pods", {
      metadata: { name: "web-0", namespace: "default" },
      spec: { nodeName: "ordinal", containers: [{ name: "main", image: "busybox" }] },
    });
    const response = await open(other, { path: `${pods}/web-0/log?follow=true` });
    response.on("error", () => {});
    const closed = new Promise((resolve) => response.once("close", resolve));
    response.resume();
    await other.stop();
    await closed;
  });
});
