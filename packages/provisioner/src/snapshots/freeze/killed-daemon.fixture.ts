/** A program that begins to freeze the image in the volume's directory, its argument, and is killed before it hears of it. */
import { nodeDisk } from "../../disk/disk.ts";
import { freezeMount } from "./freeze.ts";
import { mountOfImage } from "./image-mount.ts";

const mount = await mountOfImage(nodeDisk, process.argv[2] ?? "");
if (mount === undefined) throw new Error("it is not mounted");
const begun = freezeMount(mount, { maxSeconds: 60 });
process.kill(process.pid, "SIGKILL");
await begun;
