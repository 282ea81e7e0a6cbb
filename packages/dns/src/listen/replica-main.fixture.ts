import { runWorker } from "./worker.ts";

/** What a thread of the tests serves: texts by names, and where it waits on command. */
export interface TextSettings {
  readonly index: number;
  /** While its first number is 1, changes wait. */
  readonly barrier: SharedArrayBuffer;
}

export interface TextChange {
  readonly name: string;
  readonly text: string;
  /** Wait at the barrier before this one. */
  readonly waits?: boolean;
}

/** Answers `index:text` to a name; to other words it does what they say. */
runWorker<TextSettings, TextChange>(({ settings: { index, barrier }, ask, log }) => {
  const texts = new Map<string, string>();
  const say = (text: string): Buffer => Buffer.from(`${index}:${text}`.padEnd(12));
  return {
    apply({ name, text, waits }) {
      if (waits === true) Atomics.wait(new Int32Array(barrier), 0, 1);
      if (name === "poison") throw new Error("a change nobody can apply");
      texts.set(name, text);
    },
    respond(message) {
      const query = String(message).trimEnd();
      if (query === "die") setImmediate(() => fail());
      if (query === "log") log.child({ a: 1 }).warn("said in a thread", { error: new Error("why"), count: texts.size });
      if (query.startsWith("ask ")) {
        return ask(query).then((help) => [say(String(help))]);
      }
      return say(texts.get(query) ?? "nothing");
    },
  };
});

function fail(): never {
  throw new Error("a query nobody can survive");
}
