import { expect } from "chai";
import { createMetrics } from "./metrics.ts";

describe("createMetrics", () => {
  it("writes counters, gauges and readings as Prometheus reads them", () => {
    const metrics = createMetrics();
    const counter = metrics.counter({ name: "c_total", help: "Counts." });
    counter.add({ verb: "GET", path: 'a"b\\c\n' });
    counter.add({ verb: "GET", path: 'a"b\\c\n' }, 2);
    const gauge = metrics.gauge({ name: "g", help: "Level." });
    gauge.add({}, 3);
    gauge.add({}, -1);
    metrics.reading({ name: "r", help: "Read.", type: "gauge" }, () => 7.5);
    expect(metrics.render()).to.equal(
      [
        "# HELP c_total Counts.",
        "# TYPE c_total counter",
        'c_total{verb="GET",path="a\\"b\\\\c\\n"} 3',
        "# HELP g Level.",
        "# TYPE g gauge",
        "g 2",
        "# HELP r Read.",
        "# TYPE r gauge",
        "r 7.5",
        "",
      ].join("\n"),
    );
  });

  it("adds histogram buckets up", () => {
    const metrics = createMetrics();
    const histogram = metrics.histogram({ name: "h", help: "Sizes." }, [1, 2]);
    for (const value of [0.5, 1, 1.5, 9]) histogram.observe({ a: "b" }, value);
    expect(metrics.render().split("\n").slice(2, 7)).to.deep.equal([
      'h_bucket{a="b",le="1"} 2',
      'h_bucket{a="b",le="2"} 3',
      'h_bucket{a="b",le="+Inf"} 4',
      'h_sum{a="b"} 12',
      'h_count{a="b"} 4',
    ]);
  });

  it("asks for what is counted elsewhere when it is read", () => {
    const metrics = createMetrics();
    let value = 1;
    metrics.readings({ name: "r_total", help: "Read.", type: "counter" }, () => [{ labels: { a: "b" }, value }]);
    metrics.distributions({ name: "d", help: "Sizes." }, [0.5], () => [{ labels: {}, counts: [2, value], sum: 7 }]);
    value = 3;
    expect(metrics.render().split("\n")).to.deep.equal([
      "# HELP r_total Read.",
      "# TYPE r_total counter",
      'r_total{a="b"} 3',
      "# HELP d Sizes.",
      "# TYPE d histogram",
      'd_bucket{le="0.5"} 2',
      'd_bucket{le="+Inf"} 5',
      "d_sum 7",
      "d_count 5",
      "",
    ]);
  });
});
