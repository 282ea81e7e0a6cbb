import { expect } from "chai";
import type { ObjectChange } from "../object-store.ts";
import { refusalOf } from "../registry-rig.fixture.ts";
import { ChangeBuffer } from "./change-buffer.ts";

describe("ChangeBuffer", () => {
  let push: (change: ObjectChange) => void;
  let isSubscribed: boolean;
  let ending: AbortController;

  function createBuffer(mostWaiting: number): ChangeBuffer {
    return new ChangeBuffer((onChange) => {
      push = onChange;
      isSubscribed = true;
      return () => (isSubscribed = false);
    }, mostWaiting);
  }

  beforeEach(() => {
    ending = new AbortController();
  });

  it("hands on changes in order, those before the reading and those during it", async () => {
    const changes = createBuffer(10).changes(ending.signal);
    push({ revision: 1 });
    push({ revision: 2 });
    expect(await changes.next()).to.deep.equal({ done: false, value: { revision: 1 } });
    push({ revision: 3 });
    expect(await changes.next()).to.deep.equal({ done: false, value: { revision: 2 } });
    expect(await changes.next()).to.deep.equal({ done: false, value: { revision: 3 } });
    const waiting = changes.next();
    push({ revision: 4 });
    expect(await waiting).to.deep.equal({ done: false, value: { revision: 4 } });
    const last = changes.next();
    ending.abort();
    expect(await last).to.deep.equal({ done: true, value: undefined });
  });

  it("takes no more than it may, and then sends the reader back to list", async () => {
    const buffer = createBuffer(3);
    for (let revision = 1; revision <= 3; revision += 1) push({ revision });
    const changes = buffer.changes(ending.signal);
    expect((await changes.next()).value).to.deep.equal({ revision: 1 });
    for (let revision = 4; revision <= 100; revision += 1) push({ revision });
    expect((await changes.next()).value).to.deep.equal({ revision: 2 });
    expect((await changes.next()).value).to.deep.equal({ revision: 3 });
    expect(await refusalOf(changes.next())).to.equal("Expired 410: the watch fell too far behind; list again");
  });

  it("lets go of the store when it is closed", () => {
    const buffer = createBuffer(3);
    expect(isSubscribed).to.equal(true);
    buffer.close();
    expect(isSubscribed).to.equal(false);
  });
});
