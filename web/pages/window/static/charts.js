// One chart a measure: a line a group, or mean within min and max for one, or totals; fainter lines for the time compared with.
import { ask } from "./ask.js";
import { colour, element, figure, fit, frame, pen, tip, tipRow } from "./chart.js";
import { arrange, ofTotals, range, strideName } from "./points.js";
import { quantity } from "./units.js";

const SYNC = "windowpane";
const COLOURS = 6;
const DASHES = [[], [9, 3], [2, 3], [9, 3, 2, 3]];
const NEAR = 24; // pixels within which a line is lifted out of the others
const MESSAGES = { key: "messages", title: "Messages", unit: "", min: 0 };

const tone = (index) => (index % COLOURS) + 1;
const dash = (index) => index % DASHES.length;
const kind = (index) => `k${tone(index)} d${dash(index)}`;

export function drawCharts(section, zoom) {
  const grid = section.querySelector("#grid");
  let plan = JSON.parse(section.querySelector("#plan").textContent);
  const totals = () => plan.charts.some((chart) => chart.total);
  const kept = sessionStorage.getItem("charts-show");
  let shown = kept && (kept !== "total" || totals()) ? kept : totals() ? "total" : "mean";
  let hidden = new Set();
  let points = null;
  let before = null; // the points of the time compared with
  let plots = [];
  let gone = false;

  const single = () => plan.groups.length === 1;
  const all = () => [...plan.charts, MESSAGES];
  const partOf = (chart) => {
    if (chart === MESSAGES) return "count";
    if (shown === "total") return chart.total ? "total" : "mean";
    return single() ? "mean" : shown;
  };
  const fitted = fit(() => plots, () => points && drawAll());
  section.addEventListener("click", onClick);
  for (const kind of ["pointerover", "focusin"]) section.addEventListener(kind, lift);
  for (const kind of ["pointerout", "focusout"]) section.addEventListener(kind, drop);
  frames();
  load();

  function onClick(event) {
    const show = event.target.closest("[data-show]");
    const key = event.target.closest("[data-group]");
    if (show) sessionStorage.setItem("charts-show", (shown = show.dataset.show));
    if (key) toggle(Number(key.dataset.group));
    if (!show && !key) return;
    legend();
    section.querySelector(show ? `[data-show="${shown}"]` : `[data-group="${key.dataset.group}"]`)?.focus();
    if (points) drawAll();
  }

  function toggle(index) {
    hidden.has(index) ? hidden.delete(index) : hidden.add(index);
  }

  // A group under the pointer or the focus stands out in every chart.
  function lift(event) {
    const key = event.target.closest("[data-group]");
    if (key && !single()) plots.forEach((plot) => plot.setSeries(Number(key.dataset.group) + 1, { focus: true }, false));
  }

  function drop(event) {
    if (event.target.closest("[data-group]")) plots.forEach((plot) => plot.setSeries(null, { focus: false }, false));
  }

  function frames() {
    const per = (chart) => (chart === MESSAGES ? "a minute" : `per ${strideName(plan)}`);
    grid.replaceChildren(...all().map((chart) => figure(chart.title, per(chart), "plot waiting")[0]));
    legend();
  }

  function legend() {
    const list = section.querySelector("#legend");
    const items = plan.groups.map((group, index) => {
      const button = element("button");
      button.type = "button";
      button.dataset.group = index;
      button.title = group.label;
      button.setAttribute("aria-pressed", String(!hidden.has(index)));
      button.append(element("i", kind(index)), element("span", "", group.label));
      const item = element("li");
      item.append(button);
      return item;
    });
    if (single()) items.length = plan.by.length ? 1 : 0;
    if (plan.compared) {
      const item = element("li", "rest");
      item.append(element("i", "faint"), ` ${plan.compared.label}`);
      items.push(item);
    }
    if (plan.left_out > 0) items.push(element("li", "rest", `and ${plan.left_out.toLocaleString("en")} more in the table`));
    list.replaceChildren(...items);
    section.querySelectorAll("[data-show]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.show === shown)));
    section.querySelector('[data-show="total"]').hidden = !totals();
    section.querySelector('[data-show="max"]').hidden = single();
    section.querySelector(".segments").hidden = single() && !totals();
  }

  async function load() {
    grid.setAttribute("aria-busy", "true");
    const asked = plan;
    try {
      const answers = await Promise.all([ask(asked.path, asked.question), asked.compared && ask(asked.path, asked.compared.question)]);
      if (gone || asked !== plan) return;
      points = arrange(plan, answers[0]);
      before = answers[1] && arrange(plan, answers[1], plan.compared);
      drawAll();
    } catch (error) {
      if (gone || asked !== plan || points) return;
      grid.querySelectorAll(".plot").forEach((box) => {
        box.className = "plot";
        box.replaceChildren(element("p", "chart-problem", error.message));
      });
    }
    grid.setAttribute("aria-busy", "false");
  }

  function drawAll() {
    plots.forEach((plot) => plot.destroy());
    fitted.pause();
    const boxes = [...grid.querySelectorAll(".plot")];
    plots = all().map((chart, index) => {
      boxes[index].className = "plot";
      boxes[index].replaceChildren();
      return draw(boxes[index], chart);
    });
    boxes.forEach((box) => fitted.observe(box));
  }

  function draw(box, chart) {
    const part = partOf(chart);
    const scaled = part === "total" ? ofTotals(chart) : chart;
    const data = points[chart.key];
    const lines = plan.groups.map((group, index) => line(data[index][part], index, group.label));
    const bands = [];
    if (single() && part === "mean") {
      const edge = (name) => ({ label: name, stroke: "transparent", width: 0, points: { show: false }, column: data[0][name] });
      lines.push(edge("max"), edge("min"));
      bands.push({ series: [2, 3], fill: translucent(colour("--c1"), 0.16) });
    }
    if (single() && part !== "mean") lines[0].fill = translucent(colour("--c1"), 0.14);
    if (before) plan.groups.forEach((group, index) => lines.push(past(before[chart.key][index][part], index)));
    const columns = lines.map((each) => each.column);
    const base = frame(box, plan, scaled, SYNC);
    const near = single() ? {} : { focus: { prox: NEAR } };
    const options = {
      ...base,
      cursor: { ...base.cursor, ...near, drag: { x: true, y: false, setScale: false } },
      focus: { alpha: 0.25 },
      scales: { x: { time: false, range: () => [plan.start, plan.end] }, y: { range: (_, low, high) => range(scaled, low, high) } },
      series: [{}, ...lines],
      bands,
      hooks: {
        setSelect: [select],
        draw: [(plot) => part !== "total" && peaks(plot, data, lines)],
        setCursor: [(plot) => tip(plot, plan, (index) => rows(scaled, part, lines, index))],
      },
    };
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", spoken(chart, data));
    return new uPlot(options, [points.times, ...columns], box);
  }

  function line(column, index, label) {
    return { ...pen(column, colour(`--c${tone(index)}`), 1.6, DASHES[dash(index)]), label, column, index, show: !hidden.has(index) };
  }

  // A line of the time compared with, laid over the window.
  function past(column, index) {
    const laid = points.times.map((_, place) => column[place] ?? null);
    return { ...line(laid, index, plan.compared.label), stroke: translucent(colour(`--c${tone(index)}`), 0.5), width: 1.2, dash: [3, 3], past: true };
  }

  function rows(chart, part, lines, at) {
    const had = lines.filter((each) => !each.past && each.show !== false && each.column[at] != null);
    if (!single()) had.sort((a, b) => b.column[at] - a.column[at]);
    return had.map((each) => {
      const label = single() && each.index === 0 ? (part === "count" ? "messages a minute" : part) : each.label;
      const then = lines.find((other) => other.past && other.index === each.index)?.column[at];
      return tipRow(kind(each.index ?? 0), label, quantity(each.column[at], chart.unit), then == null ? "" : quantity(then, chart.unit));
    });
  }

  function select(plot) {
    if (plot.select.width < 8) return;
    const minute = (x) => Math.round(plot.posToVal(x, "x") / 60) * 60;
    const start = Math.max(plan.start, minute(plot.select.left));
    const end = Math.min(plan.end, Math.max(minute(plot.select.left + plot.select.width), start + 60));
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    if (end > start) zoom(start, end);
  }

  function peaks(plot, data, lines) {
    if (!single() && shown !== "max") return;
    data.forEach((group, index) => {
      if (!group.peak || hidden.has(index)) return;
      const { ctx } = plot;
      ctx.save();
      ctx.beginPath();
      ctx.arc(plot.valToPos(group.peak.at, "x", true), plot.valToPos(group.peak.value, "y", true), 3.2 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.fillStyle = lines[index].stroke;
      ctx.strokeStyle = colour("--panel");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.fill();
      ctx.stroke();
      ctx.restore();
    });
  }

  // Take the plan of a newer answer; false when it draws something else, so that the charts are made anew.
  function update(text) {
    if (!text) return false;
    const next = JSON.parse(text);
    const same = (key) => JSON.stringify(next[key]) === JSON.stringify(plan[key]);
    if (!["stream", "zone", "step", "by", "charts"].every(same) || next.compared?.label !== plan.compared?.label) return false;
    const had = plan.groups.map((group) => group.label);
    const names = next.groups.map((group) => group.label);
    if (had.length === names.length && names.every((name) => had.includes(name))) next.groups = plan.groups;
    else hidden = new Set();
    plan = next;
    legend();
    load();
    return true;
  }

  function destroy() {
    gone = true;
    plots.forEach((plot) => plot.destroy());
    fitted.end();
    section.removeEventListener("click", onClick);
    for (const kind of ["pointerover", "focusin"]) section.removeEventListener(kind, lift);
    for (const kind of ["pointerout", "focusout"]) section.removeEventListener(kind, drop);
  }

  return { update, destroy };
}

function spoken(chart, data) {
  if (chart === MESSAGES) return "Messages over time";
  const peaks = data.filter((group) => group.peak).map((group) => group.peak.value);
  return peaks.length ? `${chart.title} over time; highest ${quantity(Math.max(...peaks), chart.unit)}. The table has the numbers.` : `${chart.title} over time; no values`;
}

function translucent(hex, alpha) {
  return hex + Math.round(alpha * 255).toString(16).padStart(2, "0");
}
