import { parseArgs } from "node:util";
import { describeError, systemClock } from "@ordinal/runtime";
import { startWebServer } from "./web-server.ts";

/*
 * The built-in web server as a program: what the image profile `nginx-builtin` starts in a container.
 * node web-server-main.ts --root DIR --listen ADDRESS:PORT
 */
const { values } = parseArgs({
  options: { root: { type: "string" }, listen: { type: "string", default: "0.0.0.0:80" } },
});
const [host = "0.0.0.0", port = "80"] = values.listen.split(":");

try {
  const server = await startWebServer({
    root: values.root ?? "/usr/share/nginx/html",
    host,
    port: Number(port),
    clock: systemClock,
    onAccess: (line) => process.stdout.write(`${line}\n`),
    onError: (line) => process.stderr.write(`${line}\n`),
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"] as const) {
    process.once(signal, () => void server.stop().then(() => process.exit(0)));
  }
} catch (error) {
  process.stderr.write(`cannot serve on ${values.listen}: ${describeError(error)}\n`);
  process.exitCode = 1;
}
