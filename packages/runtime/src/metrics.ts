/** What tells one number of a metric from another. */
export type Labels = Readonly<Record<string, string>>;

/** A number that only grows. */
export interface Counter {
  add(labels: Labels, amount?: number): void;
}

/** A number that goes up and down. */
export interface Gauge {
  add(labels: Labels, amount: number): void;
}

/** Counts of values by size. */
export interface Histogram {
  observe(labels: Labels, value: number): void;
}

export interface MetricName {
  /** Prometheus name, with its unit: `apiserver_request_duration_seconds`. */
  readonly name: string;
  readonly help: string;
}

/** A number that is counted elsewhere. */
export interface Sample {
  /** The same object each time is shown quicker; it must not change. */
  readonly labels: Labels;
  readonly value: number;
}

/** A histogram that is counted elsewhere. */
export interface Distribution {
  readonly labels: Labels;
  /** How many values fell into each bucket, and, last, above all of them. */
  readonly counts: ArrayLike<number>;
  /** Of all values. */
  readonly sum: number;
}

/** Figures for Prometheus. */
export interface Metrics {
  counter(metric: MetricName): Counter;
  gauge(metric: MetricName): Gauge;
  /** A gauge whose value is asked for when it is read. */
  reading(metric: MetricName & { readonly type: "gauge" | "counter" }, read: () => number): void;
  /** Numbers with labels that are asked for when they are read. */
  readings(metric: MetricName & { readonly type: "gauge" | "counter" }, read: () => Iterable<Sample>): void;
  /** Histograms that are asked for when they are read. `buckets` as for `histogram`. */
  distributions(metric: MetricName, buckets: readonly number[], read: () => Iterable<Distribution>): void;
  /** `buckets` are upper bounds, in ascending order. */
  histogram(metric: MetricName, buckets: readonly number[]): Histogram;
  /** Everything, in the text format 0.0.4. */
  render(): string;
}

interface Family {
  readonly head: string;
  lines(): readonly string[];
}

/** An empty set of figures. */
export function createMetrics(): Metrics {
  const families: Family[] = [];
  /** Of what is read: labels that are handed out again and again, as they are shown. */
  const texts = new WeakMap<Labels, string>();

  function bracedOnce(labels: Labels): string {
    const known = texts.get(labels);
    if (known !== undefined) return known;
    const text = braced(showLabels(labels));
    texts.set(labels, text);
    return text;
  }

  function numbers({ name, help }: MetricName, type: "counter" | "gauge"): Gauge {
    const values = new Map<string, number>();
    families.push({
      head: headOf({ name, help }, type),
      lines: () => [...values].map(([labels, value]) => `${name}${braced(labels)} ${value}`),
    });
    return {
      add(labels, amount) {
        const key = showLabels(labels);
        values.set(key, (values.get(key) ?? 0) + amount);
      },
    };
  }

  return {
    counter(metric) {
      const gauge = numbers(metric, "counter");
      return { add: (labels, amount = 1) => gauge.add(labels, amount) };
    },
    gauge: (metric) => numbers(metric, "gauge"),
    reading({ name, help, type }, read) {
      families.push({ head: headOf({ name, help }, type), lines: () => [`${name} ${read()}`] });
    },
    readings({ name, help, type }, read) {
      const lines = (): readonly string[] =>
        Array.from(read(), ({ labels, value }) => `${name}${bracedOnce(labels)} ${value}`);
      families.push({ head: headOf({ name, help }, type), lines });
    },
    distributions({ name, help }, buckets, read) {
      const lines = (): readonly string[] => [...read()].flatMap((each) => histogramLines(name, buckets, each));
      families.push({ head: headOf({ name, help }, "histogram"), lines });
    },
    histogram(metric, buckets) {
      const { family, histogram } = createHistogram(metric, buckets);
      families.push(family);
      return histogram;
    },
    render: () => families.flatMap((family) => [family.head, ...family.lines()]).join("\n") + "\n",
  };
}

interface Series extends Distribution {
  readonly counts: number[];
  sum: number;
}

function createHistogram(
  { name, help }: MetricName,
  buckets: readonly number[],
): { readonly family: Family; readonly histogram: Histogram } {
  const all = new Map<string, Series>();
  return {
    family: {
      head: headOf({ name, help }, "histogram"),
      lines: () => [...all.values()].flatMap((series) => histogramLines(name, buckets, series)),
    },
    histogram: {
      observe(labels, value) {
        const key = showLabels(labels);
        const series = all.get(key) ?? { labels, counts: Array.from({ length: buckets.length + 1 }, () => 0), sum: 0 };
        const index = buckets.findIndex((bound) => value <= bound);
        const at = index < 0 ? buckets.length : index;
        series.counts[at] = (series.counts[at] ?? 0) + 1;
        series.sum += value;
        all.set(key, series);
      },
    },
  };
}

function histogramLines(
  name: string,
  buckets: readonly number[],
  { labels, counts, sum }: Distribution,
): readonly string[] {
  const shown = showLabels(labels);
  let count = 0;
  const rows = [...buckets.map(String), "+Inf"].map((bound, index) => {
    count += counts[index] ?? 0;
    return `${name}_bucket${braced(shown, `le="${bound}"`)} ${count}`;
  });
  return [...rows, `${name}_sum${braced(shown)} ${sum}`, `${name}_count${braced(shown)} ${count}`];
}

function headOf({ name, help }: MetricName, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}`;
}

function showLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}="${value.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join(",");
}

function braced(...parts: readonly string[]): string {
  const inside = parts.filter((part) => part !== "").join(",");
  return inside === "" ? "" : `{${inside}}`;
}
