// A region's charts. Their numbers are tables and tiles without JavaScript.
import { colour, fit, frame, pen, tipRow } from "./chart.js";
import { keysOf, line, spanOf, tipOfDay } from "./epidemic-days.js";
import { quantity } from "./units.js";

const root = document.documentElement;
const source = document.getElementById("plan");
if (source) begin(JSON.parse(source.textContent));

function begin(plan) {
  root.classList.add("js");
  if (!plan.times?.length) return;
  const boxes = new Map([...document.querySelectorAll("[data-chart]")].map((box) => [box.dataset.chart, box]));
  let drawnDays = "numbers";
  let plots = [];
  const fitted = fit(() => plots, draw);
  draw();
  boxes.forEach((box) => fitted.observe(box));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-days]");
    if (!button) return;
    drawnDays = button.dataset.days;
    document.querySelectorAll("[data-days]").forEach((each) => each.setAttribute("aria-pressed", String(each === button)));
    draw();
  });

  function draw() {
    plots.forEach((plot) => plot.destroy());
    plots = [];
    const makers = { days, incidence: () => band("incidence", "per 100,000"), reproduction: () => band("reproduction", "R", 1), nowcast, forecast, shares };
    for (const [name, box] of boxes) {
      box.replaceChildren();
      const made = makers[name]?.(box);
      if (!made) continue;
      const { data, series, rows, span, level, bars } = made;
      const base = frame(box, span, { unit: "", min: 0 }, name === "shares" ? "weeks" : "days");
      const options = {
        ...base,
        padding: [8, 28, 0, 0],
        scales: { x: { time: false, range: () => ends(data[0]) }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), made.top ?? (high > 0 ? high * 1.08 : 1)] } },
        series: [{}, ...series],
        bands: made.bands,
        hooks: { setCursor: [(it) => tipOfDay(it, span, rows)], draw: [(it) => { if (level != null) rule(it, level); bars?.(it); }] },
      };
      box.setAttribute("role", "img");
      box.setAttribute("aria-label", `${made.label}; tables and tiles have the numbers`);
      plots.push(new uPlot(options, data, box));
    }
  }

  function days(box) {
    const span = spanOf(plan.times);
    if (drawnDays === "total") {
      const rows = (at) => [tipRow("k1", "all so far", words(plan.total[at]))];
      return { data: [plan.times, plan.total], series: [{ ...pen(plan.total, colour("--c1"), 2), fill: soft(colour("--c1"), 0.1) }], rows, span, label: "All so far by day" };
    }
    const thin = plan.times.length > box.clientWidth / 3;
    const paths = uPlot.paths.bars({ size: [thin ? 1 : 0.8, 14] });
    const blue = colour("--c1");
    const series = [
      { paths, stroke: soft(blue, 0.5), fill: soft(blue, 0.42), width: 0, points: { show: false }, spanGaps: false },
      pen(plan.mean, colour("--c3"), 2),
      { stroke: colour("--bad"), paths: () => null, points: { show: true, size: 7, width: 1.6, stroke: colour("--bad"), fill: colour("--panel") } },
    ];
    const rows = (at) => {
      const told = [tipRow("k1", "of the day", words(plan.numbers[at]))];
      if (plan.mean[at] != null) told.push(tipRow("k3", "mean of 7 days", words(plan.mean[at])));
      if (plan.was[at] != null) told.push(tipRow("key-was", "was told first", words(plan.was[at])));
      const raised = Object.entries(plan.alarms).filter(([, when]) => when.includes(plan.times[at])).map(([name]) => name);
      if (raised.length) told.push(tipRow("key-alarm", "alarm", `EARS ${raised.join(", ")}`));
      return told;
    };
    return { data: [plan.times, plan.numbers, plan.mean, plan.was], series, rows, span, bars: marks, label: "Numbers by day" };
  }

  // A small triangle below the axis where EARS C2 raises an alarm.
  function marks(it) {
    const { ctx } = it;
    ctx.save();
    ctx.fillStyle = colour("--bad");
    const y = it.bbox.top + 2 * devicePixelRatio;
    for (const at of plan.alarms.C2) {
      const x = it.valToPos(at, "x", true);
      if (x < it.bbox.left || x > it.bbox.left + it.bbox.width) continue;
      const half = 3.4 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - half, y);
      ctx.lineTo(x + half, y);
      ctx.lineTo(x, y + 1.7 * half);
      ctx.fill();
    }
    ctx.restore();
  }

  // `level`: where a line across says what a value is more or less than.
  function band(name, label, level) {
    const columns = plan[name];
    if (!columns) return null;
    const [middle, lower, upper] = columns;
    const violet = colour("--c4");
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const series = [edge, edge, pen(middle, violet, 2)];
    const rows = (at) => (middle[at] == null ? [] : [tipRow("k4", label, words(middle[at])), tipRow("faint", "interval", `${words(lower[at])} to ${words(upper[at])}`)]);
    const bands = [{ series: [1, 2], fill: soft(violet, 0.2) }];
    const top = name === "reproduction" ? Math.min(6, 1.15 * Math.max(1.2, ...upper.filter((value) => value != null))) : undefined;
    return { data: [plan.times, upper, lower, middle], series, rows, span: spanOf(plan.times), bands, level, top, label };
  }

  // What is reported so far, and what it will be.
  function nowcast() {
    const told = plan.nowcast;
    if (!told) return null;
    const [expected, lower, upper] = told.coming;
    const violet = colour("--c4");
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const series = [edge, edge, pen(told.numbers, colour("--c1"), 2), pen(expected, violet, 2)];
    const rows = (at) => [
      tipRow("k1", "reported", words(told.numbers[at])),
      ...(expected[at] == null ? [] : [tipRow("k4", "expected", words(expected[at])), tipRow("faint", "95%", `${words(lower[at])} to ${words(upper[at])}`)]),
    ];
    const bands = [{ series: [1, 2], fill: soft(violet, 0.2) }];
    return { data: [told.times, upper, lower, told.numbers, expected], series, rows, span: spanOf(told.times), bands, label: "The newest days, reported and expected" };
  }

  // The days that it is made of, then the median and the ends of 50 and 95 percent.
  function forecast() {
    const told = plan.forecast;
    if (!told) return null;
    const [median, low, high, lowest, highest] = told.coming;
    const violet = colour("--c4");
    const edge = { stroke: "transparent", width: 0, points: { show: false } };
    const series = [edge, edge, edge, edge, pen(told.numbers, colour("--c1"), 2), pen(median, violet, 2)];
    const bands = [{ series: [1, 2], fill: soft(violet, 0.16) }, { series: [3, 4], fill: soft(violet, 0.26) }];
    const rows = (at) => (median[at] == null
      ? [tipRow("k1", "of the day", words(told.numbers[at]))]
      : [tipRow("k4", "median", words(median[at])), tipRow("faint", "50%", `${words(low[at])} to ${words(high[at])}`), tipRow("faint", "95%", `${words(lowest[at])} to ${words(highest[at])}`)]);
    return { data: [told.times, highest, lowest, high, low, told.numbers, median], series, rows, span: spanOf(told.times), bands, label: "Numbers by day, and two weeks that are forecast" };
  }

  function shares() {
    const told = plan.shares;
    if (!told) return null;
    const series = told.columns.map(line);
    const rows = (at) => told.names.map((name, place) => [name, place, told.columns[place][at]]).filter(([, , value]) => value > 0).map(([name, place, value]) => tipRow(`k${(place % 6) + 1}`, name, `${(100 * value).toFixed(1)}%`));
    const figure = document.getElementById("shares");
    if (!figure.querySelector(".keys")) figure.querySelector(".plot").after(keysOf(told.names));
    return { data: [told.times, ...told.columns], series, rows, span: spanOf(told.times), top: 1, label: "Shares of variants by week" };
  }
}

function ends(times) {
  const half = 43_200;
  return [times[0] - half, times.at(-1) + half];
}

function rule(it, value) {
  const y = it.valToPos(value, "y", true);
  const { ctx } = it;
  ctx.save();
  ctx.strokeStyle = colour("--quiet");
  ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(it.bbox.left, y);
  ctx.lineTo(it.bbox.left + it.bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

function words(value) {
  return value == null ? "–" : quantity(value, "");
}

function soft(hex, alpha) {
  return hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
}
