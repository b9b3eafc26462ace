// Numbers as people read them, as web/page/units.py writes them; on an axis with as many digits as tell its ticks apart.
const SCALES = {
  ms: [[86_400_000, "d"], [3_600_000, "h"], [60_000, "min"], [1000, "s"], [0, "ms"]],
  bytes: [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [0, "B"]],
};
const TENS = [-9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const STEPS = {
  ms: [...TENS.filter((step) => step < 10_000), ...[10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200].map((s) => s * 1000), ...[1, 2, 5, 10, 20, 50, 100].map((d) => d * 86_400_000)],
  bytes: Array.from({ length: 50 }, (_, power) => 2 ** power),
};

export function quantity(value, unit) {
  if (value == null) return "–";
  if (unit === "ratio") return `${(value * 100).toFixed(1)}%`;
  const [size, name] = scaleFor(Math.abs(value), unit);
  const text = size ? digits(value / size, 2) : new Intl.NumberFormat("en", Math.abs(value) >= 1000 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 }).format(value);
  return `${text} ${name}`.trim();
}

// The steps that an axis may have, where powers of ten are not what people count in; else undefined.
export const stepsFor = (unit) => STEPS[unit];

export function axisLabels(ticks, unit, step) {
  const most = Math.max(...ticks.map(Math.abs));
  if (unit === "ratio") return ticks.map((tick) => `${digits(tick * 100, places(step * 100))}%`);
  const [size, name] = scaleFor(most, unit);
  if (!size && most >= 10_000) return ticks.map((tick) => `${new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 4 }).format(tick)} ${name}`.trim());
  return ticks.map((tick) => `${digits(tick / (size || 1), places(step / (size || 1)))} ${name}`.trim());
}

const scaleFor = (size, unit) => (SCALES[unit] ?? [[0, unit]]).find(([least]) => size >= least);
const places = (step) => Math.min(9, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));
const digits = (value, count) => value.toLocaleString("en", { minimumFractionDigits: count, maximumFractionDigits: count });
