import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { accessLine } from "./access-log.ts";
import { parseRange } from "./byte-range.ts";
import { startWebServer, type WebServer } from "./web-server.ts";

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

describe("the built-in web server", () => {
  let base: string;
  let server: WebServer;
  let lines: string[];
  let logged: () => void;

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), "ordinal-web-"));
    const root = join(base, "html");
    await mkdir(join(root, "docs"), { recursive: true });
    await mkdir(join(root, "bare"));
    await mkdir(join(base, "html-secret"));
    await writeFile(join(root, "index.html"), "hello\n");
    await writeFile(join(root, "docs/index.html"), "docs\n");
    await writeFile(join(root, "a b.css"), "0123456789");
    await writeFile(join(root, "empty.bin"), "");
    await writeFile(join(base, "secret.txt"), "secret");
    await writeFile(join(base, "html-secret/x"), "secret");
    await symlink("../secret.txt", join(root, "out.txt"));
    await symlink("../html-secret", join(root, "sibling"));
    await symlink("index.html", join(root, "in.html"));
    await utimes(join(root, "a b.css"), 1_700_000_000, 1_700_000_000);
    lines = [];
    logged = () => {};
    server = await startWebServer({
      root,
      host: "127.0.0.1",
      port: 0,
      clock: systemClock,
      onAccess: (line) => {
        lines.push(line);
        logged();
      },
      onError: (line) => lines.push(`error ${line}`),
    });
  });

  afterEach(async () => {
    await server.stop();
    await rm(base, { recursive: true });
  });

  function ask(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { host: "127.0.0.1", port: server.port, path, headers, method, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      asked.on("error", reject).end();
    });
  }

  const pages: readonly (readonly [path: string, status: number, body: string])[] = [
    ["/", 200, "hello\n"],
    ["/index.html?v=1", 200, "hello\n"],
    ["/docs/", 200, "docs\n"],
    ["/docs/../index.html", 200, "hello\n"],
    ["/a%20b.css", 200, "0123456789"],
    ["/empty.bin", 200, ""],
    ["/in.html", 200, "hello\n"],
    ["/docs", 301, "301 Moved Permanently"],
    ["/bare/", 403, "403 Forbidden"],
    ["/nothing", 404, "404 Not Found"],
    ["/index.html/x", 404, "404 Not Found"],
    ["/../secret.txt", 400, "400 Bad Request"],
    ["/%2e%2e/secret.txt", 400, "400 Bad Request"],
    ["/docs/%2e%2e/%2e%2e/secret.txt", 400, "400 Bad Request"],
    ["/out.txt", 403, "403 Forbidden"],
    ["/sibling/x", 403, "403 Forbidden"],
    ["/%zz", 400, "400 Bad Request"],
    ["/%00", 400, "400 Bad Request"],
  ];
  for (const [path, status, body] of pages) {
    it(`answers ${path} with ${status}`, async () => {
      const reply = await ask(path);
      expect(reply.status).to.equal(status);
      expect(reply.body).to.contain(body);
      if (status !== 200) expect(reply.body).to.not.contain("secret");
    });
  }

  it("sends a browser to the directory's own address", async () => {
    const { headers } = await ask("/docs?x=1", { host: "web-0.nginx" });
    expect(headers["location"]).to.equal("http://web-0.nginx/docs/?x=1");
  });

  it("says what a file is and when it changed", async () => {
    const { headers } = await ask("/a%20b.css");
    expect(headers).to.include({
      "content-type": "text/css",
      "content-length": "10",
      "last-modified": "Tue, 14 Nov 2023 22:13:20 GMT",
      etag: '"6553f100-a"',
      "accept-ranges": "bytes",
    });
    expect((await ask("/empty.bin")).headers["content-type"]).to.equal("application/octet-stream");
  });

  it("answers HEAD like GET, without the body", async () => {
    const { status, headers, body } = await ask("/a%20b.css", {}, "HEAD");
    expect({ status, length: headers["content-length"], body }).to.deep.equal({ status: 200, length: "10", body: "" });
  });

  it("refuses what only changes things", async () => expect((await ask("/", {}, "POST")).status).to.equal(405));

  const conditional: readonly (readonly [title: string, headers: Record<string, string>, status: number])[] = [
    ["the same tag", { "if-none-match": 'W/"x", "6553f100-a"' }, 304],
    ["another tag", { "if-none-match": '"x"' }, 200],
    ["the same time", { "if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT" }, 304],
    ["another time", { "if-modified-since": "Tue, 14 Nov 2023 22:13:19 GMT" }, 200],
    [
      "another tag and the same time",
      { "if-none-match": '"x"', "if-modified-since": "Tue, 14 Nov 2023 22:13:20 GMT" },
      200,
    ],
    ["a tag that must match and does not", { "if-match": '"x"' }, 412],
    ["a time it changed after", { "if-unmodified-since": "Tue, 14 Nov 2023 22:13:19 GMT" }, 412],
  ];
  for (const [title, headers, status] of conditional) {
    it(`answers ${status} to ${title}`, async () => expect((await ask("/a%20b.css", headers)).status).to.equal(status));
  }

  const ranges: readonly (readonly [
    headers: Record<string, string>,
    status: number,
    range: string | undefined,
    body: string,
  ])[] = [
    [{ range: "bytes=2-4" }, 206, "bytes 2-4/10", "234"],
    [{ range: "bytes=7-" }, 206, "bytes 7-9/10", "789"],
    [{ range: "bytes=-2" }, 206, "bytes 8-9/10", "89"],
    [{ range: "bytes=0-99" }, 206, "bytes 0-9/10", "0123456789"],
    [{ range: "bytes=10-" }, 416, "bytes */10", "416 Range Not Satisfiable"],
    [{ range: "bytes=0-1,3-4" }, 200, undefined, "0123456789"],
    [{ range: "bytes=2-4", "if-range": '"6553f100-a"' }, 206, "bytes 2-4/10", "234"],
    [{ range: "bytes=2-4", "if-range": '"old"' }, 200, undefined, "0123456789"],
  ];
  for (const [headers, status, range, body] of ranges) {
    it(`answers ${JSON.stringify(headers)} with ${status}`, async () => {
      const reply = await ask("/a%20b.css", headers);
      expect(reply.status).to.equal(status);
      expect(reply.headers["content-range"]).to.equal(range);
      expect(reply.body).to.contain(body);
    });
  }

  it("logs every request in nginx's combined format", async () => {
    const written = new Promise<void>((resolve) => (logged = resolve));
    await ask("/docs/?q=1", { "user-agent": 'odd "agent"', referer: "http://a.example/" });
    await written;
    expect(lines[0]).to.match(
      /^127\.0\.0\.1 - - \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000\] "GET \/docs\/\?q=1 HTTP\/1\.1" 200 5 "http:\/\/a\.example\/" "odd \\x22agent\\x22"$/,
    );
  });
});

describe("the parts of the built-in web server", () => {
  it("write a log line that nobody can break", () => {
    const line = accessLine({
      address: "::1",
      atMs: Date.UTC(2000, 9, 10, 13, 55, 36),
      method: "GET",
      target: "/\n\u00e9",
      httpVersion: "1.1",
      status: 404,
      bytes: 0,
    });
    expect(line).to.equal('::1 - - [10/Oct/2000:13:55:36 +0000] "GET /\\x0A\\xC3\\xA9 HTTP/1.1" 404 0 "-" "-"');
  });

  const cases: readonly (readonly [header: string | undefined, size: number, expected: unknown])[] = [
    [undefined, 10, undefined],
    ["bytes=-", 10, undefined],
    ["items=0-1", 10, undefined],
    ["bytes=5-2", 10, undefined],
    ["bytes=-0", 10, "unsatisfiable"],
    ["bytes=-5", 0, "unsatisfiable"],
    ["bytes=0-", 0, "unsatisfiable"],
    ["bytes=-99", 10, { start: 0, end: 9 }],
  ];
  for (const [header, size, expected] of cases) {
    it(`read ${header} of ${size} bytes as ${JSON.stringify(expected)}`, () => {
      expect(parseRange(header, size)).to.deep.equal(expected);
    });
  }
});
