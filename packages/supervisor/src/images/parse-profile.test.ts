import { expect } from "chai";
import { parseProfile } from "./parse-profile.ts";
import { showProblem } from "./problem.ts";

const file = "redis.yaml";

describe("parseProfile", () => {
  it("reads every field", () => {
    const text = `
name: redis
images: [redis, redis-stack]
requires: [redis-server]
entrypoint: [redis-server]
args: [--protected-mode, "no"]
env: { LANG: C, LEVEL: 3 }
workingDir: /data
user: "999:998"
stopSignal: SIGINT
fallback: busybox
directories: [/etc/redis]
files:
  - path: /etc/redis/redis.conf
    mode: 0640
    content: dir {{path /data}}
`;
    expect(parseProfile(file, text)).to.deep.equal({
      ok: true,
      value: {
        name: "redis",
        images: ["redis", "redis-stack"],
        requires: ["redis-server"],
        entrypoint: ["redis-server"],
        args: ["--protected-mode", "no"],
        env: { LANG: "C", LEVEL: "3" },
        workingDir: "/data",
        user: { uid: 999, gid: 998 },
        stopSignal: "SIGINT",
        fallback: "busybox",
        directories: ["/etc/redis"],
        files: [{ path: "/etc/redis/redis.conf", mode: 0o640, content: "dir {{path /data}}" }],
      },
    });
  });

  it("is content with a name, which is then the image", () => {
    const parsed = parseProfile(file, "name: redis\nargs: [redis-server]\n");
    expect(parsed.ok && parsed.value).to.deep.include({ images: ["redis"], stopSignal: "SIGTERM", files: [] });
  });

  const mistakes: readonly (readonly [title: string, text: string, expected: string])[] = [
    ["no name", "args: [a]\n", "1:1 name is missing"],
    ["an unknown field", "name: a\ncommand: [b]\n", '2:1 unknown field "command"'],
    ["a list that is none", "name: a\nargs: redis-server --x\n", "2:7 args is a list"],
    ["a map among the words", "name: a\nargs:\n  - ok\n  - b: c\n", "4:5 args takes text here"],
    [
      "an unknown signal",
      "name: a\nstopSignal: SIGKILL\n",
      "2:13 stopSignal is one of SIGTERM, SIGINT, SIGQUIT, SIGHUP",
    ],
    ["a user by name", "name: a\nuser: redis\n", '2:7 user is a number, or two as in "101:101"'],
    ["a relative file", "name: a\nfiles:\n  - path: etc/x\n", "3:11 path is an absolute path"],
    [
      "a mode that is none",
      'name: a\nfiles:\n  - path: /x\n    mode: "rw"\n',
      '4:11 mode is three octal digits, as "0644"',
    ],
    [
      "an unknown template",
      "name: a\nargs: [x, '{{adres}}']\n",
      "2:11 {{adres}} is not known; there are address, listen, hostname, node, web-server and path",
    ],
    [
      "broken YAML",
      "name: a\nargs: [x\n",
      "3:1 Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
    ["something else altogether", "- a\n", "1:1 a profile is a map with a `name`"],
  ];
  for (const [title, text, expected] of mistakes) {
    it(`finds ${title}`, () => {
      const parsed = parseProfile(file, text);
      const shown = parsed.ok ? [] : parsed.error.map(({ line, column, message }) => `${line}:${column} ${message}`);
      expect(shown.join("\n").startsWith(expected), shown.join("\n")).to.equal(true);
    });
  }

  it("shows the place under the text", () => {
    const parsed = parseProfile(file, "name: a\nargs: b\n");
    expect(parsed.ok ? "" : parsed.error.map(showProblem).join("\n")).to.equal(
      "redis.yaml:2:7 args is a list\n    args: b\n          ^",
    );
  });
});
