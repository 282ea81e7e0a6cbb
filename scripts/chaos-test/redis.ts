import { linesOf, startLineClient } from "./line-client.ts";
import type { Database } from "./session.ts";

/** Through redis-cli; the server syncs every write before it answers (appendfsync always). */
export const redis: Database = {
  async open(address) {
    const client = startLineClient(["redis-cli", "-h", address]);
    return {
      async write(number) {
        const answer = await client.ask(`SET n${number} ${number}`);
        if (answer !== "OK") throw new Error(`redis said ${answer}`);
      },
      close: () => client.close(),
    };
  },
  async read(address) {
    const keys = await linesOf(["redis-cli", "-h", address, "--no-raw", "DBSIZE"]);
    const names = await linesOf(["redis-cli", "-h", address, "KEYS", "n*"]);
    if (keys[0] !== `(integer) ${names.length}`) throw new Error(`redis counts ${keys[0]} and lists ${names.length}`);
    const gets = names.map((name) => `GET ${name}\n`).join("");
    const values = await linesOf(["redis-cli", "-h", address], { input: gets });
    return names.map((name, index) => {
      if (values[index] !== name.slice(1)) throw new Error(`redis has ${values[index]} under ${name}`);
      return Number(name.slice(1));
    });
  },
};
