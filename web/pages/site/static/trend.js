// The chart of a dashboard: one number over time, with the time compared with fainter behind it.
import { colour, fit, frame, pen, tip, tipRow } from "./chart.js";
import { wall } from "./clock.js";
import { quantity } from "./units.js";

const UNITS = { bounce_rate: "ratio", visit_seconds: "ms" };
// Of what is counted there are no parts: one visitor, two, five.
const WHOLE = [...Array(12).keys()].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

export function drawTrend(box) {
  const source = document.getElementById("plan");
  if (!box || !source) return null;
  const plan = JSON.parse(source.textContent);
  let metric = plan.metric;
  let plot = null;
  const fitted = fit(() => (plot ? [plot] : []), () => draw());
  draw();
  fitted.observe(box);

  function draw() {
    plot?.destroy();
    box.className = "plot";
    box.replaceChildren();
    const unit = UNITS[metric] ?? "";
    const scale = unit === "ms" ? 1000 : 1;
    const column = (values) => values.map((value) => (value == null ? null : value * scale));
    const now = column(plan.values[metric]);
    // The step that has not ended yet is drawn dashed: it will be more.
    const last = now.findLastIndex((value) => value != null);
    const open = plan.end * 1000 > Date.now() && last > 0 && last < now.length;
    const sure = open ? now.map((value, place) => (place === last ? null : value)) : now;
    const unsure = now.map((value, place) => (open && (place === last || place === last - 1) ? value : null));
    const before = plan.earlier ? plan.times.map((_, place) => column(plan.earlier.values[metric])[place] ?? null) : null;
    const blue = colour("--c1");
    const lines = [
      { ...pen(sure, blue, 2), fill: soft(blue, 0.1), label: plan.labels[metric] },
      { ...pen(unsure, blue, 2, [5, 4]), label: "until now" },
    ];
    if (before) lines.push({ ...pen(before, colour("--quiet"), 1.4, [4, 4]), label: "before" });
    const chart = { unit, min: 0 };
    const base = frame(box, plan, chart, "trend");
    if (!unit) base.axes[1].incrs = WHOLE;
    const options = {
      ...base,
      padding: [8, 28, 0, 0],
      scales: { x: { time: false, range: () => ends() }, y: { range: (_, low, high) => [0, unit === "ratio" ? 1 : top(high)] } },
      series: [{}, ...lines],
      hooks: { setCursor: [(it) => show(it, now, before, unit)], draw: [notes] },
    };
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", `${plan.labels[metric]} over time; the table below has the numbers`);
    plot = new uPlot(options, [plan.times, sure, unsure, ...(before ? [before] : [])], box);
    const title = document.getElementById("trend-title");
    if (title) title.textContent = plan.labels[metric];
  }

  // From the first step to the last, so that lines reach both ends.
  function ends() {
    const first = plan.times[0];
    const end = plan.times.at(-1);
    return first === end ? [first - 1800, end + 1800] : [first, end];
  }

  function show(it, now, before, unit) {
    tip(it, plan, (index) => {
      const rows = [];
      if (now[index] != null) rows.push(tipRow("k1", plan.labels[metric], quantity(now[index], unit)));
      if (before?.[index] != null) rows.push(tipRow("faint", when(plan.earlier.times[index]), quantity(before[index], unit)));
      return rows;
    });
    const head = it.root.querySelector(".tip b");
    if (head && it.cursor.idx != null) head.textContent = when(plan.times[it.cursor.idx]);
  }

  function when(seconds) {
    const date = wall(seconds, plan.zone);
    const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()].slice(0, 3)}`;
    if (plan.step === "month") return `${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
    if (plan.step === "week") return `Week of ${day} ${date.getUTCFullYear()}`;
    if (plan.step === "day") return `${date.toLocaleDateString("en", { weekday: "short", timeZone: "UTC" })} ${day} ${date.getUTCFullYear()}`;
    return `${day}, ${String(date.getUTCHours()).padStart(2, "0")}:${String(date.getUTCMinutes()).padStart(2, "0")}`;
  }

  function notes(it) {
    for (const note of plan.notes) {
      const x = it.valToPos(note.at, "x", true);
      if (x < it.bbox.left || x > it.bbox.left + it.bbox.width) continue;
      const { ctx } = it;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour("--c3");
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.beginPath();
      ctx.moveTo(x, it.bbox.top);
      ctx.lineTo(x, it.bbox.top + it.bbox.height);
      ctx.stroke();
      ctx.beginPath();
      ctx.arc(x, it.bbox.top, 3 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fill();
      ctx.restore();
    }
  }

  return {
    show(name) {
      metric = name;
      draw();
    },
    destroy() {
      plot?.destroy();
      fitted.end();
    },
  };
}

const top = (high) => (high > 0 ? Math.max(high * 1.1, 1) : 1);
const soft = (hex, alpha) => hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
