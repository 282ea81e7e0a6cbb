import { expect } from "chai";
import { renderTable } from "./table.ts";

describe("renderTable", () => {
  it("makes each column as wide as its widest cell, and leaves no blanks at the end", () => {
    const text = renderTable([
      ["POD", "STATE"],
      ["default/web-0", "Ready"],
    ]);
    expect(text).to.equal("POD             STATE\ndefault/web-0   Ready");
  });
});
