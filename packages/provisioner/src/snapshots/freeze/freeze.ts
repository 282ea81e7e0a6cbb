import { spawn } from "node:child_process";
import type { Mount } from "./image-mount.ts";

/** A file system that takes no writes, until it is released or `lost`. What was written before is on its device. */
export interface Freeze {
  /** Aborts when it has been thawed without being asked, because it took too long. */
  readonly lost: AbortSignal;
  /** Thaws it. False when it was thawed before. */
  release(): Promise<boolean>;
}

/**
 * What keeps the file system frozen is a process of its own that thaws it after `$3` seconds, or as soon as its input ends:
 * so also when the daemon is killed. It is deaf to the signals that end process groups, and to nobody hearing what it says.
 * It stands in the file system all the time, so that nobody can unmount it: what is frozen and mounted nowhere can be
 * thawed by nobody, and holds its device for ever. What it stands in has to be the device `$2`, because where that was
 * unmounted meanwhile the path leads into the file system of the host.
 */
const keeper = `trap '' HUP INT PIPE TERM
cd -- "$1" || exit 1
[ "$(mountpoint -d .)" = "$2" ] || { echo "device $2 is not mounted there" >&2; exit 1; }
fsfreeze -f . || exit 1
echo frozen
timeout -s KILL "$3" cat >/dev/null
[ $? -eq 0 ] && held=0 || held=2
fsfreeze -u . || exit 3
exit $held`;

const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

/** Freezes what is mounted for at most `maxSeconds`, in which it cannot be unmounted. Throws when it cannot be frozen. */
export async function freezeMount(
  { path, device }: Mount,
  { maxSeconds, program = "sh" }: { readonly maxSeconds: number; readonly program?: string },
): Promise<Freeze> {
  const child = spawn(program, ["-c", keeper, "sh", path, device, String(maxSeconds)], {
    // A session of its own, so that it outlives the daemon by the moment that it needs.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: environment,
  });
  const losing = new AbortController();
  const frozen = Promise.withResolvers<void>();
  const said: Buffer[] = [];
  let isReleased = false;
  child.stdout.once("data", () => frozen.resolve());
  child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  // It has ended already, which `close` tells.
  child.stdin.on("error", () => {});
  const ended = new Promise<number>((resolve) => {
    child.once("error", (error) => {
      frozen.reject(error);
      resolve(127);
    });
    child.once("close", (code) => {
      frozen.reject(new Error(`cannot freeze ${path}: ${Buffer.concat(said).toString("utf8").trim()}`));
      if (!isReleased) losing.abort(new Error(`${path} could not be kept frozen for so long`));
      resolve(code ?? 128);
    });
  });
  await frozen.promise;
  return {
    lost: losing.signal,
    async release() {
      isReleased = true;
      child.stdin.end();
      const code = await ended;
      // Killed, or could not thaw: then it is on us.
      if (code !== 0 && code !== 2) await thaw(path);
      return code === 0;
    },
  };
}

/** Thaws; what is not frozen is fine. */
async function thaw(mountPoint: string): Promise<void> {
  await new Promise<void>((resolve) => {
    const child = spawn("fsfreeze", ["-u", "--", mountPoint], { stdio: "ignore", env: environment });
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
}
