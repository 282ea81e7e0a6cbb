import { scrub } from "./scrub.ts";

/** Scrubs the directory named on the command line and says how that went. */
const [, , path = ""] = process.argv;
const outcome = await scrub(path, new AbortController().signal).then(
  () => "scrubbed",
  (error: unknown) => (error as Error).message,
);
process.stdout.write(outcome);
