import { expect } from "chai";
import { carryOut } from "./carry-out.ts";
import type { Step } from "./step.ts";

const refuse = (podName: string, message: string): Step => ({ do: "refuse-pod", podName, message });
const say = (step: Step): string => (step.do === "refuse-pod" ? `${step.podName} ${step.message}` : step.do);

const steps = ["a", "b", "c", "d", "e"].flatMap((pod) => [refuse(pod, "first"), refuse(pod, "then")]);

/** What was begun, with `|` wherever everything begun had to end before the next could begin. */
async function run(isOrdered: boolean, failing = ""): Promise<string> {
  const log: string[] = [];
  let running = 0;
  const act = async (step: Step): Promise<void> => {
    log.push(running === 0 ? `| ${say(step)}` : say(step));
    running += 1;
    await Promise.resolve();
    running -= 1;
    if (say(step) === failing) throw new Error(failing);
  };
  await carryOut(steps, { isOrdered, act }).catch((error: unknown) => log.push(String(error)));
  return log.join(", ");
}

describe("carryOut", () => {
  it("C3 takes one step at a time in order", async () => {
    expect(await run(true, "b then")).to.equal("| a first, | a then, | b first, | b then, Error: b then");
  });

  it("C5 serves several pods at once, more each time, and each pod in order", async () => {
    expect(await run(false)).to.equal(
      "| a first, | a then, | b first, c first, | b then, c then, | d first, e first, | d then, e then",
    );
  });

  it("C36 stops after the batch in which one failed", async () => {
    expect(await run(false, "b first")).to.equal("| a first, | a then, | b first, c first, | c then, Error: b first");
  });
});
