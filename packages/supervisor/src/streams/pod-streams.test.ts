import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { isApiError, isPodReady } from "@ordinal/api";
import type { PodStreams } from "@ordinal/server";
import { expect } from "chai";
import { sh, startRig, type Rig } from "../supervisor-rig.fixture.ts";
import type { StreamSession } from "./pod-streams.ts";

const target = { namespace: "default", pod: "web-0" };
const all = { stdin: false, stdout: true, stderr: true, tty: false };

describe("streams into real processes", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig();
    await rig.run(
      "web-0",
      sh("echo one; while read line; do echo got $line; done", {
        stdin: true,
        env: [{ name: "COLOUR", value: "blue" }],
      }),
    );
    await rig.podThat("web-0", isPodReady);
  });
  afterEach(() => rig.tearDown());

  async function exec(script: string, request: Partial<typeof all> = {}): Promise<StreamSession> {
    return await rig.supervisor.streams.exec({ ...target, ...all, ...request, command: ["sh", "-c", script] });
  }

  it("K12 runs a command with its exit code, both outputs and the container's environment", async () => {
    const session = await exec("echo $COLOUR; echo oops >&2; exit 7");
    const [out, error, code] = await Promise.all([read(session.stdout), read(session.stderr), session.exitCode]);
    expect({ out, error, code }).to.deep.equal({ out: "blue\n", error: "oops\n", code: 7 });
  });

  it("K12 gives a command its input", async () => {
    const session = await exec("cat; echo end", { stdin: true });
    session.stdin?.end("hello\n");
    expect(await read(session.stdout)).to.equal("hello\nend\n");
  });

  it("K12 has only the streams that were asked for", async () => {
    const session = await exec("echo $COLOUR; echo oops >&2", { stdout: false });
    expect(session).to.not.have.any.keys("stdin", "stdout");
    expect(await read(session.stderr)).to.equal("oops\n");
    expect(await session.exitCode).to.equal(0);
  });

  it("K12 says that a program is not there", async () => {
    const request = { ...target, ...all, command: ["no-such-program"] };
    expect(await refusal(() => rig.supervisor.streams.exec(request))).to.contain(
      'exec: "no-such-program": executable file not found in $PATH',
    );
  });

  it("K12 attaches to a container's own streams", async () => {
    const session = await rig.supervisor.streams.attach({ ...target, ...all, stdin: true });
    session.stdin?.write("this\n");
    let heard = "";
    for await (const chunk of session.stdout ?? []) {
      heard += String(chunk);
      if (heard.includes("got this\n")) break;
    }
    session.close();
    expect((await rig.pod("web-0")).status?.phase).to.equal("Running");
  });

  it("K11 follows a log until it is told to stop", async () => {
    const ending = new AbortController();
    const seen: string[] = [];
    const request = { ...target, follow: true, previous: false, timestamps: false };
    for await (const chunk of rig.supervisor.streams.logs(request, ending.signal)) {
      seen.push(Buffer.from(chunk).toString());
      if (seen.join("").includes("one")) break;
    }
    expect(seen.join("")).to.equal("one\n");
  });

  it("K12 refuses in upstream's words", async () => {
    // What the API server asks for is what there is.
    const streams: PodStreams = rig.supervisor.streams;
    const nope = { ...target, ...all, container: "nope", command: ["true"] };
    expect(await refusal(() => streams.exec(nope))).to.equal("BadRequest: container nope is not valid for pod web-0");
    expect(await refusal(() => streams.exec({ ...nope, pod: "other" }))).to.equal(
      "BadRequest: pod other does not have a host assigned",
    );
    await rig.run("later", { container: { image: "unknown-image" } });
    await rig.podThat(
      "later",
      ({ status }) => status?.containerStatuses?.[0]?.state?.waiting?.reason === "ErrImagePull",
    );
    const log = { namespace: "default", pod: "later", follow: false, previous: false, timestamps: false };
    const ask = () => streams.logs(log, new AbortController().signal)[Symbol.asyncIterator]().next();
    expect(await refusal(ask)).to.equal(
      `BadRequest: container "main" in pod "later" is waiting to start: image can't be pulled`,
    );
    expect(await refusal(() => streams.connect({ ...target, pod: "later" }, 80))).to.contain(
      "pod is not running. Current status=Pending",
    );
  });
});

async function read(stream: Readable | undefined): Promise<string> {
  return await text(stream ?? Readable.from([]));
}

/** The reason and the text of the refusal. */
async function refusal(ask: () => Promise<unknown>): Promise<string> {
  try {
    await ask();
  } catch (error) {
    if (isApiError(error)) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return "no refusal";
}
