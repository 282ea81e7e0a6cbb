import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContainerPort } from "@ordinal/api";
import { silentLogger } from "@ordinal/runtime";
import { expect } from "chai";
import { aContainer, aPod } from "../pod.fixture.ts";
import { tcpPorts } from "./annotate-ports.ts";
import { candidates, portKey, portRange, showPorts } from "./assign-ports.ts";
import { openPortBook } from "./port-book.ts";

const key = portKey({ namespace: "default", name: "web-0", port: 80 });

describe("localhost ports", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "ordinal-ports-"));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const open = (isFree?: (port: number) => Promise<boolean>) =>
    openPortBook({
      file: join(directory, "ports.json"),
      log: silentLogger,
      ...(isFree === undefined ? {} : { isFree }),
    });

  it("try every port of the range once, from one that the key alone decides", () => {
    const ports = [...candidates(key)];
    expect(new Set(ports).size).to.equal(10_000);
    expect(Math.min(...ports)).to.equal(portRange.first);
    expect(Math.max(...ports)).to.equal(portRange.last);
    expect(ports[0]).to.equal([...candidates(key)][0]);
    expect(ports[0]).to.not.equal([...candidates(`${key}1`)][0]);
  });

  it("K15 stay the same for a name, over restarts, whoever listens there by now", async () => {
    const port = await (await open()).portFor(key);
    expect(await (await open(async () => false)).portFor(key)).to.equal(port);
  });

  it("K15 are never given out twice, also not when asked for at once", async () => {
    const book = await open(async () => true);
    const keys = Array.from({ length: 50 }, (_, index) =>
      portKey({ namespace: "default", name: `web-${index}`, port: 80 }),
    );
    const ports = await Promise.all(keys.map((each) => book.portFor(each)));
    expect(new Set(ports).size).to.equal(50);
  });

  it("pass over a port that another program has", async () => {
    const [first = 0, second] = [...candidates(key)];
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once("error", reject).listen(first, "127.0.0.1", resolve));
    expect(await (await open()).portFor(key)).to.equal(second);
    await new Promise((resolve) => server.close(resolve));
  });

  it("are given out anew after the file was damaged", async () => {
    await writeFile(join(directory, "ports.json"), "{");
    const port = await (await open()).portFor(key);
    expect(JSON.parse(await readFile(join(directory, "ports.json"), "utf8"))).to.deep.equal({ [key]: port });
  });

  it("are shown in the order of the pod's ports", () => {
    expect(
      showPorts([
        [80, 20080],
        [443, 20443],
      ]),
    ).to.equal("80=20080,443=20443");
  });

  it("are those of main containers and sidecars that speak TCP, each once", () => {
    const pod = aPod({
      spec: {
        initContainers: [
          aContainer({ name: "a", ports: numbered(1) }),
          aContainer({ name: "b", ports: numbered(9), restartPolicy: "Always" }),
        ],
        containers: [
          aContainer({ ports: [...numbered(80, 443), { containerPort: 53, protocol: "UDP" }] }),
          aContainer({ ports: numbered(80) }),
        ],
      },
    });
    expect(tcpPorts(pod)).to.deep.equal([80, 443, 9]);
  });
});

function numbered(...numbers: readonly number[]): ContainerPort[] {
  return numbers.map((containerPort) => ({ containerPort }));
}
