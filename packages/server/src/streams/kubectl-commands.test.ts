import { createHash, type Hash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { ApiError } from "@ordinal/api";
import { expect } from "chai";
import {
  findKubectl,
  kubectlVersions,
  runKubectl,
  startInTerminal,
  startKubectl,
  type KubectlCall,
} from "./kubectl.fixture.ts";
import { numbers } from "./numbers.fixture.ts";
import { startStreamServer, type StreamServer } from "./stream-server.fixture.ts";

/** Of the first 100 000 000 bytes of `seq 1000000000 9999999999`. */
const hashOf100MB = "03ad8119a6ddc844e40fa41d8d55dd72c433af5cad5cb0a17ddbd8dca8cd2322";

for (const version of kubectlVersions) {
  const path = findKubectl(version);

  describe(`kubectl ${version}: commands${path === undefined ? " (not installed here)" : ""}`, () => {
    let server: StreamServer;
    before(async function () {
      if (path === undefined) this.skip();
      server = await startStreamServer();
    });
    after(async () => await server?.stop());

    const run = async (args: readonly string[], input?: KubectlCall["input"]) =>
      await runKubectl(path ?? "", server, { args, ...(input === undefined ? {} : { input }) });

    it("K12 exec prints stdout and stderr apart, and exits with the command's code", async () => {
      const script = "echo out; echo err >&2; exit 7";
      const { code, stdout, stderr } = await run(["exec", "web-0", "--", "sh", "-c", script]);
      expect({ code, stdout }).to.deep.equal({ code: 7, stdout: "out\n" });
      expect(stderr).to.equal("err\ncommand terminated with exit code 7\n");
    });

    it("K12 exec loses nothing of a command that ends at once", async () => {
      for (let count = 0; count < 5; count += 1) {
        expect(await run(["exec", "web-0", "--", "echo", `run ${count}`])).to.deep.equal({
          code: 0,
          stdout: `run ${count}\n`,
          stderr: "",
        });
      }
    });

    it("K12 exec -i ends the command's input with its own", async () => {
      expect(await run(["exec", "-i", "web-0", "--", "wc", "-c"], "12345")).to.include({ code: 0, stdout: "5\n" });
    });

    it("K12 exec -i of a command that does not read its input ends all the same", async () => {
      const input = Readable.from(numbers(20_000_000));
      expect(await run(["exec", "-i", "web-0", "--", "sh", "-c", "echo done; exit 3"], input)).to.include({
        code: 3,
        stdout: "done\n",
      });
    });

    it("K12 exec of a missing program fails in words", async () => {
      const { code, stderr } = await run(["exec", "web-0", "--", "no-such-program"]);
      expect(code).to.equal(1);
      expect(stderr).to.match(/^error: Internal error occurred: error executing command in container: .*ENOENT/);
    });

    it("K12 exec passes on what the runtime refuses", async () => {
      const { code, stderr } = await run(["exec", "web-0", "-c", "main", "--", "true"]);
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: "" });
      server.streams.onAsk = () => {
        throw new ApiError("BadRequest", "container main is not valid for pod web-0");
      };
      const refused = await run(["exec", "web-0", "--", "true"]);
      server.streams.onAsk = () => {};
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.equal("Error from server (BadRequest): container main is not valid for pod web-0\n");
    });

    it("K12 exec -i takes 30 MB up, unharmed", async () => {
      const hash = createHash("sha256");
      const input = Readable.from(hashed(30_000_000, hash));
      const { stdout } = await run(["exec", "-i", "web-0", "--", "sha256sum"], input);
      expect(stdout).to.equal(`${hash.digest("hex")}  -\n`);
    });

    it("K12 exec brings 100 MB down, unharmed", async function () {
      this.timeout(20_000);
      const command = "seq 1000000000 9999999999 | head -c 100000000";
      const child = startKubectl(path ?? "", server, ["exec", "web-0", "--", "sh", "-c", command]);
      const found = createHash("sha256");
      for await (const chunk of child.stdout) found.update(chunk as Buffer);
      expect(found.digest("hex")).to.equal(hashOf100MB);
    });

    it("K12 exec -it has a terminal of the asker's size, and passes the exit code", async () => {
      const command = "until stty size | grep -v '^0 0'; do :; done; exit 3";
      const call = { args: ["exec", "-it", "web-0", "--", "sh", "-c", command], columns: 97, rows: 31 };
      const { child, code } = startInTerminal(path ?? "", server, call);
      expect(await text(child.stdout)).to.include("31 97\r\n");
      expect(await code).to.equal(3);
    });

    it("K12 exec -it passes Ctrl-C on", async () => {
      const command = "trap 'echo caught; exit 5' INT; echo ready; while :; do sleep 0.05; done";
      const call = { args: ["exec", "-it", "web-0", "--", "sh", "-c", command], columns: 80, rows: 24 };
      const { child, code } = startInTerminal(path ?? "", server, call);
      let output = "";
      for await (const chunk of child.stdout) {
        const wasReady = output.includes("ready");
        output += String(chunk);
        if (!wasReady && output.includes("ready")) child.stdin.write("\x03");
      }
      expect(output).to.include("caught");
      expect(await code).to.equal(5);
    });

    it("K12 exec ends its command when kubectl is killed", async () => {
      const before = server.streams.closed();
      const child = startKubectl(path ?? "", server, ["exec", "web-0", "--", "sh", "-c", "echo $$; exec sleep 1000"]);
      await once(child.stdout, "data");
      expect(server.streams.running()).to.have.length(1);
      child.kill("SIGKILL");
      await server.idle();
      expect(server.streams.closed() - before).to.equal(1);
    });

    it("K12 attach -i joins the container's streams; its exit code stays with the pod", async () => {
      server.streams.container = "read line; echo got $line; echo warned >&2; exit 4";
      const { code, stdout, stderr } = await run(["attach", "-i", "web-0"], "hello\n");
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: "got hello\n" });
      expect(stderr).to.include("warned");
    });

    it("K12 cp brings files there and back", async () => {
      const folder = join(server.dir, version);
      await mkdir(join(folder, "tree/deep"), { recursive: true });
      const bytes = Buffer.concat([...numbers(3_000_000)]);
      await writeFile(join(folder, "tree/deep/file"), bytes);
      expect(await run(["cp", join(folder, "tree"), `web-0:${folder}/there`])).to.include({ code: 0 });
      expect(await run(["cp", `web-0:${folder}/there`, join(folder, "back")])).to.deep.equal({
        code: 0,
        stdout: "tar: Removing leading `/' from member names\n",
        stderr: "",
      });
      expect((await readFile(join(folder, "back/deep/file"))).equals(bytes)).to.equal(true);
    });

    it("speaks the protocol this version is known for", () => {
      const isWebSocket = ["1.30", "1.33"].includes(version);
      const how = new Set(server.upgrades.map((upgrade) => upgrade.split(" ").slice(0, 2).join(" ")));
      expect(how.has(isWebSocket ? "GET websocket" : "POST SPDY/3.1")).to.equal(true);
    });
  });
}

function* hashed(bytes: number, hash: Hash): Generator<Buffer> {
  for (const chunk of numbers(bytes)) {
    hash.update(chunk);
    yield chunk;
  }
}
