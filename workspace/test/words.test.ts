import { describe, expect, it } from "vitest";
import { amount, evenly, number, range, setWords, signed, t, title, tn, words } from "../src/panels/words";

describe("words and numbers", () => {
  it("says one and many", () => {
    const said = [1, 2, 1200].map((n) => tn(n, "{n} change waits here", "{n} changes wait here"));
    setWords({ "{n} change waits here": "{n} Änderung wartet hier" }, "de");
    expect([...said, tn(1, "{n} change waits here", "{n} changes wait here")]).toEqual(["1 change waits here", "2 changes wait here", "1,200 changes wait here", "1 Änderung wartet hier"]);
    setWords({}, "en");
  });

  it("gives the numbers of a column the same digits", () => {
    const column = (...values: number[]): string[] => {
      const found = Float64Array.from(values);
      return [...found].map((value) => number(value, evenly(found)));
    };
    expect(column(6.2, 12.94, 53)).toEqual(["6.2", "12.9", "53.0"]);
    expect(column(1, 2, 3)).toEqual(["1", "2", "3"]);
    expect(column(0.5, 3)).toEqual(["0.50", "3.00"]);
    expect(column(1200.5, 3.25)).toEqual(["1,201", "3"]);
  });

  it("keeps numbers and names in their order where sentences run from right to left", () => {
    const said = (): string[] => [signed(-0.05), range([2.8, 3.8]), range([4, 4]), amount(1690, "workload_hours"), t("{name} here", { name: "Zoe" })];
    const plain = ["−5.0 %", "2.80 – 3.80", "4", "1,690 workload hours", "Zoe here"];
    expect(said()).toEqual(plain);
    setWords({}, "en", "rtl");
    expect(said()).toEqual(["\u2066−5.0 %\u2069", "\u20662.80 – 3.80\u2069", "4", "\u20681,690 workload hours\u2069", "\u2068Zoe\u2069 here"]);
    setWords({}, "en");
    expect(said()).toEqual(plain);
  });

  it("begins with a capital where a measure stands alone", () => {
    expect([title("workload_hours"), words("workload_hours"), title("AnnualSales"), title("")]).toEqual(["Workload hours", "workload hours", "AnnualSales", ""]);
  });
});
