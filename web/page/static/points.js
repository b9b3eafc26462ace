// Points of an answer as columns for uPlot. Pure.
const MOST_DRAWN = 320; // points on a line; more are joined, or a day of minutes is a smear
const JOINED = [1, 2, 5, 10, 15, 30, 60, 120, 240, 1440];
const MINUTES = { minute: 1, hour: 60, day: 1440 };
const WEEK = 7 * 1440;

// Minutes between two points: the step, or as many of them joined as a chart can show.
export function stride(plan) {
  const step = MINUTES[plan.step];
  const span = (plan.end - plan.start) / 60;
  return JOINED.find((minutes) => minutes % step === 0 && span / minutes <= MOST_DRAWN) ?? (span / 1440 > 4 * MOST_DRAWN ? WEEK : 1440);
}

export function strideName(plan) {
  const minutes = stride(plan);
  if (minutes < 60) return minutes === 1 ? "minute" : `${minutes} minutes`;
  if (minutes < 1440) return minutes === 60 ? "hour" : `${minutes / 60} hours`;
  return minutes === WEEK ? "week" : "day";
}

// Every stride of the window. Where there was no message a measure is null, a gap; messages are 0, as far as that is known.
// Joined points merge as panes do: means by their counts, minima and maxima by the smallest and largest.
export function arrange(plan, answer, window = plan) {
  const seconds = stride(plan) * 60;
  const first = Math.floor(window.start / seconds) * seconds;
  const times = [];
  for (let at = first; at < window.end; at += seconds) times.push(at);
  const groupOf = new Map(plan.groups.map((group, index) => [JSON.stringify(group.key), index]));
  const blank = (value) => new Array(times.length).fill(value);
  const columns = { times, messages: plan.groups.map(() => ({ count: blank(0) })) };
  for (const { key } of plan.charts) columns[key] = plan.groups.map(() => ({ total: blank(0), mean: blank(null), min: blank(null), max: blank(null), count: blank(0), peak: null }));
  for (const point of answer.points) {
    const index = Math.floor((Date.parse(point.at) / 1000 - first) / seconds);
    for (const group of point.groups) {
      const which = groupOf.get(JSON.stringify(plan.by.map((name) => group[name])));
      if (which === undefined) continue;
      columns.messages[which].count[index] += group.messages;
      for (const { key } of plan.charts) join(columns[key][which], index, group[key]);
    }
  }
  perMinute(plan, columns, window, seconds, answer.complete_until);
  return columns;
}

// Messages a minute and totals, over the part of each stride that lies in the window; what is not complete yet is not drawn.
function perMinute(plan, columns, window, seconds, until) {
  const known = until ? Date.parse(until) / 1000 : 0;
  columns.times.forEach((at, index) => {
    const [from, to] = [Math.max(at, window.start), Math.min(at + seconds, window.end)];
    for (const group of columns.messages) group.count[index] = to > known ? null : (group.count[index] * 60) / (to - from);
    if (to > known) for (const { key } of plan.charts) for (const group of columns[key]) group.total[index] = null;
  });
}

function join(into, index, value) {
  if (value?.mean == null) return;
  const had = into.count[index];
  const have = had + value.count;
  into.total[index] += Number(value.total ?? 0); // as text it has more digits than a line shows
  into.mean[index] = ((into.mean[index] ?? 0) * had + value.mean * value.count) / have;
  into.min[index] = had ? Math.min(into.min[index], value.min) : value.min;
  into.max[index] = had ? Math.max(into.max[index], value.max) : value.max;
  into.count[index] = have;
  if (!into.peak || value.max > into.peak.value) into.peak = { value: value.max, at: Date.parse(value.max_at) / 1000 };
}

// The places of values that no line reaches, for they have no neighbour.
export function lone(column) {
  const places = [];
  column.forEach((value, index) => {
    if (value != null && column[index - 1] == null && column[index + 1] == null) places.push(index);
  });
  return places;
}

// What the axis of a measure's totals goes by: none of its bounds are theirs.
export function ofTotals(chart) {
  return { ...chart, unit: chart.unit === "ratio" ? "" : chart.unit, min: chart.min >= 0 ? 0 : undefined, max: undefined };
}

// The value axis: from zero if the measure's declared least value is zero, for then zero means "none"; else around the values.
export function range(chart, low, high) {
  if (low == null || high == null) return [0, 1];
  if (chart.unit === "ratio" && chart.min === 0) return [0, high > 0.5 ? 1 : Math.max(high * 1.15, 0.01)];
  if (chart.min === 0) return [0, high > 0 ? high * 1.1 : 1];
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  return [Math.max(low - room, chart.min ?? -Infinity), Math.min(high + room, chart.max ?? Infinity)];
}
