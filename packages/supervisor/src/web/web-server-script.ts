import { extname, join } from "node:path";

/** The program of the built-in web server, beside this module: source or bundle, whichever runs. */
export const webServerScript: string = join(import.meta.dirname, `web-server-main${extname(import.meta.filename)}`);
