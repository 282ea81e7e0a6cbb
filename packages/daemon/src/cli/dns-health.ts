import { describeError, nodeHttp } from "@ordinal/runtime";
import { showAddress, type Address } from "../setting-values.ts";

const waitMs = 2_000;
const mostCharacters = 4_096;

/** What the DNS process says of itself, on one line; also when it says nothing. */
export async function askHealth({ host, port }: Address): Promise<string> {
  const url = `http://${showAddress({ host, port })}/ready?verbose`;
  return await new Promise((resolve) => {
    const request = nodeHttp().get(url, { timeout: waitMs }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text = `${text}${chunk}`.slice(0, mostCharacters);
      });
      response.on("end", () => {
        resolve(`${response.statusCode === 200 ? "ready" : "not ready"}: ${text.trim().replaceAll(/\s*\n\s*/g, "; ")}`);
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${waitMs / 1000} s`)));
    request.on("error", (error) => resolve(`${url}: ${describeError(error)}`));
  });
}
