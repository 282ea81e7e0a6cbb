import Mocha from "mocha";

/** Mocha's `json`, where the reason of a skipped test stands as its error: `this.skipReason` of the test or of a suite around it. */
class InsideReporter extends Mocha.reporters.JSON {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.on("pending", (test) => {
      const reason: unknown = test.ctx?.["skipReason"];
      if (typeof reason === "string") test.err = new Error(reason);
    });
  }
}

// Mocha loads a reporter with require(), which gives back what is exported under this name.
export { InsideReporter as "module.exports" };
