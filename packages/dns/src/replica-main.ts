import { runWorker } from "./listen/worker.ts";
import { createReplica } from "./replica.ts";

// The program of each thread that answers beside the main one.
runWorker(createReplica);
