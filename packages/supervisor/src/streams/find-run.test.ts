import { isApiError } from "@ordinal/api";
import { expect } from "chai";
import { aContainer, aPod, ended, running } from "../pod.fixture.ts";
import type { ContainerView } from "../worker/pod-view.ts";
import { chooseContainer, loggedAttempt, runningAttempt } from "./find-run.ts";

const pod = aPod({
  spec: { initContainers: [aContainer({ name: "init" })], containers: [aContainer(), aContainer({ name: "log" })] },
});

/** The result, or the reason and the text of the refusal. */
function outcome(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return isApiError(error) ? `${error.reason}: ${error.message}` : error;
  }
}

describe("which run a stream means", () => {
  const containers: readonly (readonly [name: string | undefined, expected: string])[] = [
    [undefined, "nginx"],
    ["", "nginx"],
    ["log", "log"],
    ["init", "init"],
    ["nope", "BadRequest: container nope is not valid for pod web-0"],
  ];
  for (const [name, expected] of containers) {
    it(`container ${name}: ${expected}`, () => {
      expect(outcome(() => chooseContainer(pod, name).name)).to.equal(expected);
    });
  }

  const previous = { is: "ended", attempt: 1, code: 1, reason: "Error", startedAtMs: 0, finishedAtMs: 0 } as const;
  const waiting = `BadRequest: container "nginx" in pod "web-0" is waiting to start: `;
  const logs: readonly (readonly [
    title: string,
    view: ContainerView | undefined,
    isPrevious: boolean,
    expected: number | string,
  ])[] = [
    ["running", running({ attempt: 2 }), false, 2],
    ["ended", ended({ attempt: 2 }), false, 2],
    ["never started", undefined, false, `${waiting}ContainerCreating`],
    ["without an image", blocked("ErrImagePull"), false, `${waiting}image can't be pulled`],
    ["in image back-off", blocked("ImagePullBackOff"), false, `${waiting}trying and failing to pull image`],
    ["without its config", blocked("CreateContainerConfigError"), false, `${waiting}CreateContainerConfigError`],
    [
      "lost with its sandbox",
      ended({ inSandbox: false }),
      false,
      "BadRequest: unable to retrieve container logs for ordinal://uid-web-0/nginx/0",
    ],
    ["restarted, the run before", { ...running({ attempt: 2 }), previous }, true, 1],
    [
      "in its first run, the run before",
      running(),
      true,
      'BadRequest: previous terminated container "nginx" in pod "web-0" not found',
    ],
  ];
  for (const [title, view, isPrevious, expected] of logs) {
    it(`K11 log of a container ${title}: ${expected}`, () => {
      expect(outcome(() => loggedAttempt({ pod, container: aContainer(), previous: isPrevious }, view))).to.equal(
        expected,
      );
    });
  }

  it("K12 runs commands in what runs only", () => {
    expect(outcome(() => runningAttempt(aContainer(), running({ attempt: 4 })))).to.equal(4);
    expect(outcome(() => runningAttempt(aContainer(), ended()))).to.equal(
      'InternalError: unable to upgrade connection: container not found ("nginx")',
    );
  });
});

function blocked(reason: string): ContainerView {
  return { inSandbox: false, blocked: { reason, message: "", retryAtMs: 0 } };
}
