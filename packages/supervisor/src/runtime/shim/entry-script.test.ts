import { expect } from "chai";
import { mustRun, runCommand } from "../commands/run-command.ts";
import { entryScript } from "./entry-script.ts";
import type { Entry } from "./entry-script.ts";
import { quote } from "./quote.ts";

const tools = { env: ["/usr/bin/env", "-i"], become: [], script: undefined };

describe("quote", () => {
  for (const text of ["", "plain", "it's", "'", '$HOME `id` \\ " \n\t*?', "-n"]) {
    it(`lets a shell read ${JSON.stringify(text)} as it is`, async () => {
      expect(await mustRun(["/bin/sh", "-c", `printf %s ${quote(text)}`])).to.equal(text);
    });
  }
});

describe("entryScript", () => {
  const entry: Entry = { argv: ["printenv"], env: { PATH: "/usr/bin:/bin" }, workingDir: "/", tty: false };
  const run = async (more: Partial<Entry>) =>
    await runCommand(["/bin/sh", "-c", `exec 3>&1; ${entryScript({ ...entry, ...more }, tools)}`]);

  it("reports ok and becomes the program", async () => {
    expect(await run({ argv: ["sh", "-c", "echo ran; exit 3"] })).to.include({ code: 3, stdout: "ok\nran\n" });
  });

  it("does not let the environment change how the program is started", async () => {
    const { stdout } = await run({
      env: { PATH: "/usr/bin:/bin", LD_PRELOAD: "", IFS: "x", ENV: "/etc/passwd", PS4: "$(id)" },
    });
    expect(stdout).to.include("IFS=x\n").and.include("ENV=/etc/passwd\n");
  });

  it("finds a program whose name holds an equals sign", async () => {
    expect((await run({ argv: ["/no=such"] })).stdout).to.equal(
      'exec: "/no=such": stat /no=such: no such file or directory\n',
    );
  });

  it("looks for the program on the PATH it is given", async () => {
    const { stdout, code } = await run({ argv: ["printenv"], env: { PATH: "/nowhere" } });
    expect(stdout).to.equal('exec: "printenv": executable file not found in $PATH\n');
    expect(code).to.equal(128);
  });

  it("looks for a relative program from the working directory", async () => {
    expect((await run({ argv: ["./sh", "-c", "echo ran"], workingDir: "/bin" })).stdout).to.equal("ok\nran\n");
  });

  it("says when there can be no working directory", async () => {
    expect((await run({ workingDir: "/proc/none" })).stdout).to.equal(
      'chdir to cwd ("/proc/none") set in config.json failed\n',
    );
  });
});
