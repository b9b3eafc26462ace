// Wall clocks of time zones, for the axes and the labels of charts. Intl knows the zones; the browser's own plays no part.
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const [HOUR, DAY, MONTH] = [3600, 86400, 2629800];
const TIMES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720].map((minutes) => minutes * 60);
const DAYS = [1, 2, 7, 14];
const MONTH_STEPS = [1, 3, 6, 12, 24, 60, 120, 240, 600];
const SPACE = 78; // pixels between two labels, at least
const formats = new Map();

// What a clock of the zone shows: a Date whose UTC fields are the zone's.
export function wall(seconds, zone) {
  if (!formats.has(zone)) {
    const fields = Object.fromEntries(["year", "month", "day", "hour", "minute", "second"].map((name) => [name, "numeric"]));
    formats.set(zone, new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn", { ...fields, hourCycle: "h23", timeZone: zone }));
  }
  const part = Object.fromEntries(formats.get(zone).formatToParts(seconds * 1000).map(({ type, value }) => [type, Number(value)]));
  return new Date(Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second));
}

const shown = (seconds, zone) => wall(seconds, zone).getTime() / 1000;

// The first moment, or about it, at which clocks of the zone show this.
function moment(wanted, zone) {
  const near = wanted - (shown(wanted, zone) - wanted);
  return wanted - (shown(near, zone) - near);
}

const modulo = (a, b) => ((a % b) + b) % b;

// Where at most so many ticks stand, and what they tell apart: times, days, months or years.
export function ticks(start, end, most, zone) {
  const fits = (length) => (end - start) / length <= most;
  const within = (wallTimes) => wallTimes.map((at) => moment(at, zone)).filter((at) => at >= start && at <= end);
  const first = shown(start, zone);
  const last = shown(end, zone);
  const time = TIMES.find(fits);
  if (time <= HOUR) return { unit: "time", at: evenly(start, end, time, zone) };
  const step = time ?? DAY * (DAYS.find((days) => fits(days * DAY)) ?? 0);
  if (step) {
    const monday = 4 * DAY; // after the first of January 1970
    const wallTimes = [];
    for (let at = first - modulo(first - (step % (7 * DAY) ? 0 : monday), step); at <= last; at += step) wallTimes.push(at);
    return { unit: time ? "time" : "day", at: within(wallTimes) };
  }
  const months = MONTH_STEPS.find((count) => fits(count * MONTH)) ?? MONTH_STEPS.at(-1);
  const from = wall(start, zone);
  const wallTimes = [];
  let index = from.getUTCFullYear() * 12 + from.getUTCMonth();
  for (index -= index % months; ; index += months) {
    const at = Date.UTC(Math.floor(index / 12), index % 12, 1) / 1000;
    if (at > last) break;
    wallTimes.push(at);
  }
  return { unit: months < 12 ? "month" : "year", at: within(wallTimes) };
}

// Ticks up to an hour apart follow one another in time, also where clocks show an hour twice or skip one.
function evenly(start, end, step, zone) {
  const times = [];
  const aligned = (at) => at + modulo(-shown(at, zone), step);
  for (let at = aligned(start); at <= end; at = aligned(at + step)) times.push(at);
  return times;
}

const two = (number) => String(number).padStart(2, "0");
const timeOf = (date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
const dayOf = (date) => `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]}`;

// What a window's labels have to say beside the time: its day, its year.
function needed(start, end, zone) {
  const [from, to] = [wall(start, zone), wall(end - 1, zone)];
  const years = from.getUTCFullYear() !== to.getUTCFullYear();
  return { days: years || dayOf(from) !== dayOf(to), years, past: years || to.getUTCFullYear() !== wall(Date.now() / 1000, zone).getUTCFullYear() };
}

// Labels of ticks; below the first, and where it changes, stands what several ticks share: the day or the year.
export function labels(at, unit, start, end, zone) {
  const { days, past } = needed(start, end, zone);
  const upper = { time: timeOf, day: dayOf, month: (date) => MONTHS[date.getUTCMonth()], year: (date) => String(date.getUTCFullYear()) }[unit];
  const year = (date) => (past ? String(date.getUTCFullYear()) : "");
  const lower = unit === "year" ? () => "" : unit === "time" ? (date) => (days || past ? `${dayOf(date)} ${year(date)}`.trim() : "") : year;
  let before = "";
  return at.map((seconds) => {
    const date = wall(seconds, zone);
    const below = lower(date);
    const text = below === before ? upper(date) : `${upper(date)}\n${below}`;
    before = below;
    return text;
  });
}

// A moment of a window in full: `14:03`, `1 Mar 14:03` or `1 Mar 2025, 14:03`, as the window needs it.
export function moments({ start, end, zone }) {
  const { days, years } = needed(start, end, zone);
  return (seconds) => {
    const date = wall(seconds, zone);
    if (years) return `${dayOf(date)} ${date.getUTCFullYear()}, ${timeOf(date)}`;
    return days ? `${dayOf(date)} ${timeOf(date)}` : timeOf(date);
  };
}

// The options of uPlot's time axis for a window.
export function timeAxis({ start, end, zone }) {
  let unit = "time";
  const splits = (plot) => {
    const marks = ticks(start, end, Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / SPACE)), zone);
    unit = marks.unit;
    return marks.at;
  };
  return { splits, values: (_, at) => labels(at, unit, start, end, zone), size: 40, gap: 4 };
}
