import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { chooseRuntime, createProcessRuntime, createSandboxRuntime, type PodRuntime } from "@ordinal/supervisor";
import type { DataDir } from "./data-dir.ts";
import type { RunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";
