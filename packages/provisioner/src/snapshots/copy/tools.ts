import { spawn } from "node:child_process";

/** What copying a tree needs that Node's file system calls do not have. */
export interface CopyTools {
  /** Resolves when everything written to the file system of this path is on disk. */
  sync(path: string): Promise<void>;
  /** Makes a named pipe. */
  makePipe(path: Buffer): Promise<void>;
  /**
   * Copies extended attributes, and so access control lists, of everything in `from` to what has the same name in `to`.
   * Resolves with why some were not copied, or undefined.
   */
  copyExtendedAttributes(from: string, to: string): Promise<string | undefined>;
}

/** Where every Linux has its programs; the environment of whoever started the daemon does not matter. */
const environment = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };

/** With the programs of coreutils and, for extended attributes, of `attr`. */
export const hostTools: CopyTools = {
  async sync(path) {
    await run(["sync", "-f", "--", path]);
  },
  async makePipe(path) {
    // Names that are no text can only be handed over as input.
    const own = path.toString("latin1").replace(/^\/proc\/self\//, `/proc/${process.pid}/`);
    await run(["xargs", "-0", "mkfifo", "-m", "0600", "--"], Buffer.from(`${own}\0`, "latin1"));
  },
  async copyExtendedAttributes(from, to) {
    const script = `command -v getfattr >/dev/null && command -v setfattr >/dev/null || exit 127
      (cd -- "$1" && getfattr -R -P -h -d -m - -e hex -- .) | (cd -- "$2" && setfattr -h --restore=-)`;
    const { code, said } = await attempt(["sh", "-c", script, "sh", from, to]);
    if (code === 127) return "getfattr and setfattr are missing; install attr";
    const lines = said.split("\n").filter((line) => line !== "");
    if (code === 0 && lines.length === 0) return undefined;
    const first = (lines[0] ?? `exit code ${code}`).replace(/^(.{100}).{100,}(.{40})$/, "$1…$2");
    return lines.length > 1 ? `${first}, and ${lines.length - 1} more` : first;
  },
};

async function run(argv: readonly string[], input?: Buffer): Promise<void> {
  const { code, said } = await attempt(argv, input);
  if (code !== 0) throw new Error(`${argv.join(" ")} failed with exit code ${code}: ${said}`);
}

async function attempt(
  [program = "", ...args]: readonly string[],
  input: Buffer = Buffer.alloc(0),
): Promise<{ readonly code: number; readonly said: string }> {
  return await new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "ignore", "pipe"], env: environment });
    const said: Buffer[] = [];
    child.stderr.on("data", (chunk: Buffer) => said.push(chunk));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 128, said: Buffer.concat(said).toString("utf8").trim() }));
    // A program that ends without reading tells why by its exit code.
    child.stdin.on("error", () => {});
    child.stdin.end(input);
  });
}
