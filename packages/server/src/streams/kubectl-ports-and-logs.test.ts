import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFile, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { expect } from "chai";
import { findKubectl, kubectlVersions, runKubectl, startKubectl, type Outcome } from "./kubectl.fixture.ts";
import { numbers } from "./numbers.fixture.ts";
import { startStreamServer, type StreamServer } from "./stream-server.fixture.ts";

for (const version of kubectlVersions) {
  const path = findKubectl(version) ?? "";

  describe(`kubectl ${version}: ports and logs${path === "" ? " (not installed here)" : ""}`, () => {
    let server: StreamServer;
    before(async function () {
      if (path === "") this.skip();
      server = await startStreamServer();
    });
    after(async () => await server?.stop());

    const forwarding = async (port: number, work: (localPort: number) => Promise<void>): Promise<string> =>
      await withForward({ path, server, port }, work);
    const logs = async (...args: readonly string[]): Promise<Outcome> =>
      await runKubectl(path, server, { args: ["logs", "web-0", ...args] });

    describe("port-forward", () => {
      let app: Server;
      let serve: (socket: Socket) => void;
      before(async () => {
        app = createServer({ allowHalfOpen: true }, (socket) => {
          socket.on("error", () => {});
          serve(socket);
        });
        await new Promise<void>((resolve) => app.listen(0, "127.0.0.1", resolve));
      });
      after(async () => {
        app.close();
        await once(app, "close");
      });

      const appPort = (): number => (app.address() as AddressInfo).port;

      it("K12 carries eight connections at once, 5 MB each way, unharmed", async () => {
        serve = (socket) => socket.pipe(socket);
        const expected = Buffer.concat([...numbers(5_000_000)]);
        await forwarding(appPort(), async (port) => {
          const echoes = Array.from({ length: 8 }, async () => {
            const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
            Readable.from(numbers(5_000_000)).pipe(socket);
            expect((await buffer(socket)).equals(expected)).to.equal(true);
          });
          await Promise.all(echoes);
        });
      });

      it("K12 lets a client that has sent its last byte wait for the answer", async () => {
        serve = (socket) => {
          const hash = createHash("sha256");
          socket.on("data", (chunk) => hash.update(chunk));
          socket.on("end", () => socket.end(hash.digest("hex")));
        };
        await forwarding(appPort(), async (port) => {
          const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
          socket.end("question");
          expect(await text(socket)).to.equal(createHash("sha256").update("question").digest("hex"));
        });
      });

      it("K12 goes on after a client that left in the middle", async () => {
        const left = Promise.withResolvers<void>();
        serve = (socket) => {
          socket.on("close", () => left.resolve());
          socket.on("end", () => socket.end());
          socket.resume().write("greeting");
        };
        await forwarding(appPort(), async (port) => {
          const first = connect(port, "127.0.0.1");
          await once(first, "data");
          first.destroy();
          await left.promise;
          const second = connect(port, "127.0.0.1");
          expect(String((await once(second, "data"))[0])).to.equal("greeting");
          second.destroy();
        });
      });

      it("K12 says when nothing listens at the port", async () => {
        const gone = createServer();
        await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
        const { port } = gone.address() as AddressInfo;
        gone.close();
        await once(gone, "close");
        const said = await forwarding(port, async (localPort) => {
          const socket = connect(localPort, "127.0.0.1");
          socket.on("error", () => {});
          await new Promise((resolve) => socket.resume().once("close", resolve));
        });
        expect(said).to.include(`error forwarding port ${port} to pod web-0: connect ECONNREFUSED`);
      });
    });

    describe("logs", () => {
      before(async () => {
        server.streams.logFile = join(server.dir, "log");
        await writeFile(server.streams.logFile, "first\nsecond\nthird\n");
      });

      it("K11 prints the log, and with --tail its end", async () => {
        expect(await logs()).to.deep.equal({ code: 0, stdout: "first\nsecond\nthird\n", stderr: "" });
        expect(await logs("--tail=1")).to.include({ code: 0, stdout: "third\n" });
      });

      it("K11 brings a log of 5 MB unharmed", async () => {
        const small = server.streams.logFile;
        server.streams.logFile = join(server.dir, "large");
        const bytes = Buffer.concat([...numbers(5_000_000)]);
        await writeFile(server.streams.logFile, bytes);
        const { stdout } = await logs();
        server.streams.logFile = small;
        expect(stdout === bytes.toString()).to.equal(true);
      });

      it("K11 passes the options on", async () => {
        const asked = Promise.withResolvers<object>();
        server.streams.onAsk = asked.resolve;
        await logs("-c", "main", "--timestamps", "--since-time=2026-01-01T00:00:00Z", "--limit-bytes=100", "--tail=2");
        server.streams.onAsk = () => {};
        expect(await asked.promise).to.deep.equal({
          namespace: "default",
          pod: "web-0",
          container: "main",
          follow: false,
          previous: false,
          timestamps: true,
          tailLines: 2,
          limitBytes: 100,
          sinceMs: Date.UTC(2026, 0, 1),
        });
      });

      it("K11 says in upstream's words that there was no run before", async () => {
        const { code, stderr } = await logs("--previous");
        expect(code).to.equal(1);
        expect(stderr).to.equal(
          'Error from server (BadRequest): previous terminated container "main" in pod "web-0" not found\n',
        );
      });

      it("K11 follows until the log ends", async () => {
        const child = startKubectl(path, server, ["logs", "-f", "web-0", "--tail=1"]);
        const code = once(child, "close");
        const lines = child.stdout[Symbol.asyncIterator]();
        expect(String((await lines.next()).value)).to.equal("third\n");
        await appendFile(server.streams.logFile, "fourth\n");
        expect(String((await lines.next()).value)).to.equal("fourth\n");
        const [tail = 0] = server.streams.running();
        process.kill(tail);
        expect((await code)[0]).to.equal(0);
      });

      it("K11 stops following when kubectl is killed", async () => {
        const child = startKubectl(path, server, ["logs", "-f", "web-0"]);
        await once(child.stdout, "data");
        expect(server.streams.running()).to.have.length(1);
        child.kill("SIGKILL");
        await server.idle();
        expect(server.streams.running()).to.deep.equal([]);
      });
    });
  });
}

/** Runs `work` with a local port that leads to this port of the pod, and gives back what kubectl complained about. */
async function withForward(
  { path, server, port }: { readonly path: string; readonly server: StreamServer; readonly port: number },
  work: (localPort: number) => Promise<void>,
): Promise<string> {
  const child = startKubectl(path, server, ["port-forward", "web-0", `:${port}`]);
  const closed = once(child, "close");
  const said = text(child.stderr);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  child.stdout.resume();
  try {
    await work(Number(/127\.0\.0\.1:(\d+)/.exec(line.toString())?.[1]));
  } finally {
    child.kill("SIGKILL");
    await closed;
  }
  await server.idle();
  return await said;
}
