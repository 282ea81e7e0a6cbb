import { constants, setPriority } from "node:os";
import { hasCode, type Logger } from "@ordinal/runtime";

/**
 * Puts this process ahead of usual ones where the system allows it, which it does for root: when every core is busy with a
 * storm of writes, a waiting answer comes first. It needs little time itself, so that others lose little by it.
 */
export function takePrecedence(log: Logger): void {
  try {
    // On Linux of the calling thread; those it starts later have its priority.
    setPriority(constants.priority.PRIORITY_HIGH);
  } catch (error) {
    if (!hasCode(error, "ERR_SYSTEM_ERROR")) throw error;
    log.debug("DNS has the priority of any other process: only root may raise it");
  }
}
