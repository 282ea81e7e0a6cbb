import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Stoppable } from "@ordinal/runtime";
import { run } from "../listen/peers.fixture.ts";

/** Where a daemon of this name is, or undefined. */
export async function findDaemon(name: string): Promise<string | undefined> {
  const found = await run("sh", ["-c", `PATH="$PATH:/usr/sbin:/sbin" command -v ${name}`]).catch(() => "");
  return found.trim() || undefined;
}

/** Knot DNS as a secondary server, with all semantic checks on. */
export interface Secondary extends Stoppable {
  readonly port: number;
  /** Resolves once it has logged a line like this, at any time since it began; rejects with its log when it ends before. */
  logged(line: RegExp): Promise<void>;
}

/** Starts it, in a directory of its own, for these zones of the server at 127.0.0.1 and a port. */
export async function startSecondary(
  program: string,
  {
    port,
    primaryPort,
    zones,
  }: { readonly port: number; readonly primaryPort: number; readonly zones: readonly string[] },
): Promise<Secondary> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-knot-"));
  await mkdir(join(dir, "db"));
  await writeFile(join(dir, "knot.conf"), configOf({ dir, port, primaryPort, zones }));
  const knot = spawn(program, ["-c", join(dir, "knot.conf")], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(knot, "exit");
  const lines: string[] = [];
  const reader = createInterface(knot.stdout);
  reader.on("line", (line) => lines.push(line));
  return {
    port,
    async logged(line) {
      while (!lines.some((each) => line.test(each))) {
        if (knot.exitCode !== null) throw new Error(`knotd ended before it said ${line}:\n${lines.join("\n")}`);
        await Promise.race([once(reader, "line"), ended]);
      }
    },
    async stop() {
      knot.kill("SIGTERM");
      await ended;
      reader.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function configOf(at: { dir: string; port: number; primaryPort: number; zones: readonly string[] }): string {
  const { dir, port, primaryPort, zones } = at;
  return `
server:
    rundir: "${dir}"
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stdout
    any: info
database:
    storage: "${dir}/db"
control:
    listen: "${dir}/knot.sock"
remote:
  - id: primary
    address: 127.0.0.1@${primaryPort}
acl:
  - id: notify
    address: 127.0.0.1
    action: notify
template:
  - id: default
    storage: "${dir}"
    semantic-checks: on
    master: primary
    acl: notify
zone:
${zones.map((zone) => `  - domain: ${zone}`).join("\n")}
`;
}
