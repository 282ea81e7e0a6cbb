import { readFuzzArguments, usage } from "./arguments.ts";
import { fuzzDns } from "./dns.ts";
import { tryOne } from "./try-one.ts";

/** Exit code: 0 when nothing was found, 1 for a fault that was, 2 for a command line that is none, 130 when interrupted. */
// Reading what is broken throws and catches errors by the thousand; where they come from is seldom of interest.
Error.stackTraceLimit = 4;
const read = readFuzzArguments(process.argv.slice(2));
if (read.is === "help") {
  console.log(usage);
} else if (read.is === "wrong") {
  console.error(`fuzz: ${read.why}\n\n${usage}`);
  process.exitCode = 2;
} else if (read.is === "one") {
  process.exitCode = (await tryOne(read.input)) ? 0 : 1;
} else {
  const stopping = new AbortController();
  // The first Ctrl-C ends it in order, the second at once.
  process.once("SIGINT", () => stopping.abort());
  process.once("SIGTERM", () => stopping.abort());
  const isFine = await fuzzDns(read.plan, stopping.signal);
  process.exitCode = isFine ? (stopping.signal.aborted ? 130 : 0) : 1;
}
