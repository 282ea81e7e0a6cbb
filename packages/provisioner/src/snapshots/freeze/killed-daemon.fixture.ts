/** A program that begins to freeze what is mounted at its argument, and is killed before it hears of it. */
import { freezeMount } from "./freeze.ts";

const begun = freezeMount(process.argv[2] ?? "", { maxSeconds: 60 });
process.kill(process.pid, "SIGKILL");
await begun;
