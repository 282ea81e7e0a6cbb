/** A program that does what a daemon does when it starts, for the volumes below its argument. */
import { nodeDisk } from "../../disk/disk.ts";
import { thawLeft } from "./thaw-left.ts";

await thawLeft(nodeDisk, [process.argv[2] ?? ""]);
