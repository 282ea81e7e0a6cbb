import { Resolver } from "node:dns/promises";
import { describeError, systemClock } from "@ordinal/runtime";
import { databases } from "./databases.ts";

// Runs on the private machine. `write NAME HOST`: several writers write one number after the other into the database at
// that name until standard input ends, and each number is printed once it is acknowledged. `read NAME HOST`: prints all it holds.

const writers = 4;
const againMs = 20;

const [what = "", name = "", host = ""] = process.argv.slice(2);
const database = databases[name]?.database;
if (database === undefined) throw new Error(`no database is called ${name}`);
// Each time anew: a pod that comes back has another address.
const resolver = new Resolver({ timeout: 1_000, tries: 1 });
resolver.setServers(["127.0.0.1:10053"]);
const addressOf = async (): Promise<string> => (await resolver.resolve4(host))[0] ?? "";

if (what === "read") {
  process.stdout.write(`${JSON.stringify(await database.read(await addressOf()))}\n`);
} else {
  const ending = new AbortController();
  process.stdin.on("end", () => ending.abort()).resume();
  let last = 0;
  let lastProblem = "";
  const writeOn = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      try {
        const session = await database.open(await addressOf());
        try {
          while (!ending.signal.aborted) {
            last += 1;
            const number = last;
            await session.write(number);
            process.stdout.write(`${number}\n`);
          }
        } finally {
          session.close();
        }
      } catch (error) {
        // What was not acknowledged may be there or not; the next number is tried on a new connection.
        const problem = describeError(error);
        if (problem !== lastProblem) process.stderr.write(`${name}: ${problem}\n`);
        lastProblem = problem;
        await systemClock.sleep(againMs);
      }
    }
  };
  await Promise.all(Array.from({ length: writers }, writeOn));
}
