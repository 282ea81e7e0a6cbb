import type { Database } from "./session.ts";

const answerMs = 1_000;
/** Keys read at once. */
const page = 5_000;
const prefix = "n";
/** The key behind the last one with the prefix. */
const behind = "o";

/** Through the JSON gateway; etcd syncs its log before it answers. */
export const etcd: Database = {
  async open(address) {
    return {
      async write(number) {
        await call(address, "put", { key: encode(`${prefix}${number}`), value: encode(String(number)) });
      },
      close() {},
    };
  },
  async read(address) {
    const numbers: number[] = [];
    let key = encode(prefix);
    for (;;) {
      const { kvs = [], more = false } = await call(address, "range", { key, range_end: encode(behind), limit: page });
      for (const { key: name, value } of kvs) {
        if (decode(name) !== `${prefix}${decode(value)}`)
          throw new Error(`etcd has ${decode(value)} under ${decode(name)}`);
        numbers.push(Number(decode(value)));
      }
      if (!more) return numbers;
      // The first key behind the last one.
      key = encode(`${decode(kvs.at(-1)?.key ?? "")}\0`);
    }
  },
};

interface Found {
  readonly more?: boolean;
  readonly kvs?: readonly { readonly key: string; readonly value: string }[];
}

async function call(address: string, verb: "put" | "range", body: object): Promise<Found> {
  const answer = await fetch(`http://${address}:2379/v3/kv/${verb}`, {
    method: "POST",
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(answerMs),
  });
  if (!answer.ok) throw new Error(`etcd said ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as Found;
}

const encode = (text: string): string => Buffer.from(text).toString("base64");
const decode = (text: string): string => Buffer.from(text, "base64").toString();
