// One chart a measure, drawn with uPlot from /v1/streams/{stream}/series: a line a group, or mean within min and max for one.
const SYNC = "windowpane";
const COLOURS = 6;
const MOST_DRAWN = 320; // points on a line; more are joined, or a day of minutes is a smear
const JOINED = [1, 2, 5, 10, 15, 30, 60, 120, 240, 1440];
const MINUTES = { minute: 1, hour: 60, day: 1440 };

export function drawCharts(section, zoom) {
  const grid = section.querySelector("#grid");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let plan = JSON.parse(section.querySelector("#plan").textContent);
  let shown = sessionStorage.getItem("charts-show") ?? "mean";
  let hidden = new Set();
  let points = null;
  let plots = [];
  let gone = false;

  const single = () => plan.groups.length === 1;
  const redraw = () => points && drawAll();
  const resize = new ResizeObserver(() => plots.forEach((plot) => plot.setSize(sizeOf(plot.root.parentNode))));
  dark.addEventListener("change", redraw);
  section.addEventListener("click", onClick);
  frames();
  load();

  function onClick(event) {
    const show = event.target.closest("[data-show]");
    if (show) {
      shown = show.dataset.show;
      sessionStorage.setItem("charts-show", shown);
      legend();
      redraw();
    }
    const key = event.target.closest("[data-group]");
    if (key) {
      const index = Number(key.dataset.group);
      hidden.has(index) ? hidden.delete(index) : hidden.add(index);
      legend();
      redraw();
    }
  }

  function frames() {
    const boxes = [...plan.charts, { key: "messages", title: "Messages", unit: "" }].map((chart) => {
      const figure = document.createElement("figure");
      figure.className = "chart";
      figure.innerHTML = '<figcaption></figcaption><div class="plot waiting"></div>';
      const per = chart.key === "messages" ? "a minute" : `per ${stepName(plan)}`;
      figure.firstChild.append(chart.title, element("span", "", per));
      return figure;
    });
    grid.replaceChildren(...boxes);
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
      button.append(element("i", `k${(index % COLOURS) + 1}`), element("span", "", group.label));
      const item = element("li");
      item.append(button);
      return item;
    });
    if (single()) items.length = plan.by.length ? 1 : 0;
    if (plan.left_out > 0) items.push(element("li", "rest", `and ${plan.left_out.toLocaleString("en")} more in the table`));
    list.replaceChildren(...items);
    section.querySelectorAll("[data-show]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.show === shown)));
    section.querySelector(".segments").hidden = single();
  }

  async function load() {
    grid.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(plan.url);
      const answer = await response.json();
      if (gone) return;
      if (!response.ok) throw new Error(answer.detail ?? response.statusText);
      points = arrange(plan, answer);
      drawAll();
    } catch (error) {
      if (gone || points) return;
      grid.querySelectorAll(".plot").forEach((box) => {
        box.className = "plot";
        box.replaceChildren(element("p", "chart-problem", error.message || "The chart could not be loaded."));
      });
    }
    grid.setAttribute("aria-busy", "false");
  }

  function drawAll() {
    plots.forEach((plot) => plot.destroy());
    resize.disconnect();
    const boxes = [...grid.querySelectorAll(".plot")];
    const list = [...plan.charts, { key: "messages", title: "Messages", unit: "", min: 0 }];
    plots = list.map((chart, index) => {
      const box = boxes[index];
      box.className = "plot";
      box.replaceChildren();
      const plot = draw(box, chart);
      resize.observe(box);
      return plot;
    });
  }

  function draw(box, chart) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const part = chart.key === "messages" ? "count" : single() ? "mean" : shown;
    const data = points[chart.key];
    const lines = plan.groups.map((group, index) => ({
      label: group.label,
      stroke: colour(`--c${(index % COLOURS) + 1}`),
      width: 1.6,
      show: !hidden.has(index),
      points: { show: points.times.length < 3 },
      spanGaps: false,
      value: (_, value) => quantity(value, chart.unit),
    }));
    const columns = data.map((group) => group[part]);
    const bands = [];
    if (single() && chart.key !== "messages") {
      const edge = (label) => ({ label, stroke: "transparent", width: 0, points: { show: false } });
      lines.push(edge("max"), edge("min"));
      columns.push(data[0].max, data[0].min);
      bands.push({ series: [2, 3], fill: translucent(colour("--c1"), 0.16) });
    }
    if (single() && chart.key === "messages") Object.assign(lines[0], { fill: translucent(colour("--c1"), 0.14) });
    const axis = { stroke: colour("--quiet"), font: "11px Inter, system-ui, sans-serif", grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", spoken(chart, data));
    const options = {
      ...sizeOf(box),
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), plan.zone),
      cursor: { y: false, sync: { key: SYNC, setSeries: false }, drag: { x: true, y: false, setScale: false }, points: { size: 6 } },
      legend: { show: false },
      padding: [8, 20, 0, 0],
      scales: { x: { time: true, range: () => [plan.start, plan.end] }, y: { range: (_, low, high) => range(chart, low, high) } },
      axes: [
        { ...axis, size: 26, gap: 4, space: 74, values: (_, ticks) => clock(ticks, plan.zone) },
        { ...axis, size: (_, values) => 14 + 6.4 * Math.max(5, ...(values ?? []).map((v) => v.length)), gap: 6, values: (_, ticks) => ticks.map((tick) => quantity(tick, chart.unit, true)) },
      ],
      series: [{}, ...lines],
      bands,
      hooks: {
        setSelect: [(plot) => select(plot)],
        draw: chart.key === "messages" ? [] : [(plot) => peaks(plot, chart, data, lines)],
        setCursor: [(plot) => tip(plot, chart, columns, lines)],
      },
    };
    return new uPlot(options, [points.times, ...columns], box);
  }

  function select(plot) {
    if (plot.select.width < 8) return;
    const minute = (x) => Math.round(plot.posToVal(x, "x") / 60) * 60;
    const start = Math.max(plan.start, minute(plot.select.left));
    const end = Math.min(plan.end, Math.max(minute(plot.select.left + plot.select.width), start + 60));
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    if (end > start) zoom(start, end);
  }

  function peaks(plot, chart, data, lines) {
    if (!single() && shown !== "max") return;
    data.forEach((group, index) => {
      if (!group.peak || hidden.has(index)) return;
      const x = plot.valToPos(group.peak.at, "x", true);
      const y = plot.valToPos(group.peak.value, "y", true);
      const { ctx } = plot;
      const size = 3.2 * devicePixelRatio;
      ctx.save();
      ctx.beginPath();
      ctx.arc(x, y, size, 0, 2 * Math.PI);
      ctx.fillStyle = lines[index].stroke;
      ctx.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--panel");
      ctx.lineWidth = 1.5 * devicePixelRatio;
      ctx.fill();
      ctx.stroke();
      ctx.restore();
    });
  }

  function tip(plot, chart, columns, lines) {
    let box = plot.root.querySelector(".tip");
    const { idx, left } = plot.cursor;
    if (idx == null || left < 0 || !plot.root.matches(":hover")) {
      box?.remove();
      return;
    }
    if (!box) plot.root.append((box = element("div", "tip")));
    const moment = element("b", "", moments(plan).format(points.times[idx] * 1000));
    const rows = lines
      .map((line, index) => ({ line, index, value: columns[index][idx] }))
      .filter(({ line, value }) => line.show !== false && value != null)
      .sort((a, b) => (single() ? a.index - b.index : b.value - a.value))
      .map(({ line, index, value }) => {
        const row = element("div");
        row.append(element("i", `k${((single() ? 0 : index) % COLOURS) + 1}`), element("span", "", single() && index === 0 ? "mean" : line.label), element("em", "", quantity(value, chart.unit)));
        return row;
      });
    box.replaceChildren(moment, ...(rows.length ? rows : [element("div", "", "no messages")]));
    const over = plot.over;
    const right = left > over.clientWidth / 2;
    box.style.top = "6px";
    box.style.left = right ? "" : `${over.offsetLeft + left + 14}px`;
    box.style.right = right ? `${plot.root.clientWidth - over.offsetLeft - left + 14}px` : "";
  }

  // Take the plan of a newer answer; false when it draws something else, so that the charts are made anew.
  function update(text) {
    if (!text) return false;
    const next = JSON.parse(text);
    const same = (key) => JSON.stringify(next[key]) === JSON.stringify(plan[key]);
    if (!["stream", "zone", "step", "by", "charts"].every(same)) return false;
    const before = plan.groups.map((group) => group.label);
    const names = next.groups.map((group) => group.label);
    if (before.length === names.length && names.every((name) => before.includes(name))) next.groups = plan.groups;
    else hidden = new Set();
    plan = next;
    legend();
    load();
    return true;
  }

  function destroy() {
    gone = true;
    plots.forEach((plot) => plot.destroy());
    resize.disconnect();
    dark.removeEventListener("change", redraw);
    section.removeEventListener("click", onClick);
  }

  return { update, destroy };
}

// Minutes between two points: the step, or as many of them joined as a chart can show.
function stride(plan) {
  const step = MINUTES[plan.step];
  const span = (plan.end - plan.start) / 60;
  return JOINED.find((minutes) => minutes % step === 0 && span / minutes <= MOST_DRAWN) ?? 1440;
}

function stepName(plan) {
  const minutes = stride(plan);
  if (minutes < 60) return minutes === 1 ? "minute" : `${minutes} minutes`;
  if (minutes < 1440) return minutes === 60 ? "hour" : `${minutes / 60} hours`;
  return "day";
}

// Columns for uPlot: every stride of the window, null where there was no message. Joined points merge as panes do:
// means by their counts, minima and maxima by the smallest and largest.
function arrange(plan, answer) {
  const seconds = stride(plan) * 60;
  const first = Math.floor(plan.start / seconds) * seconds;
  const times = [];
  for (let at = first; at < plan.end; at += seconds) times.push(at);
  const groupOf = new Map(plan.groups.map((group, index) => [JSON.stringify(group.key), index]));
  const blank = () => new Array(times.length).fill(null);
  const empty = () => plan.groups.map(() => ({ mean: blank(), min: blank(), max: blank(), count: blank(), peak: null }));
  const found = { times, messages: empty() };
  for (const { key } of plan.charts) found[key] = empty();
  for (const point of answer.points) {
    const index = Math.floor((Date.parse(point.at) / 1000 - first) / seconds);
    for (const group of point.groups) {
      const which = groupOf.get(JSON.stringify(plan.by.map((name) => group[name])));
      if (which === undefined) continue;
      found.messages[which].count[index] = (found.messages[which].count[index] ?? 0) + group.messages;
      for (const { key } of plan.charts) join(found[key][which], index, group[key]);
    }
  }
  perMinute(found, plan, seconds, answer.complete_until);
  return found;
}

// Messages a minute, over the part of each stride that lies in the window; what is not complete yet is not drawn.
function perMinute(found, plan, seconds, until) {
  const known = until ? Date.parse(until) / 1000 : Infinity;
  found.times.forEach((at, index) => {
    const [from, to] = [Math.max(at, plan.start), Math.min(at + seconds, plan.end)];
    for (const group of found.messages) {
      if (group.count[index] === null) continue;
      group.count[index] = to > known ? null : (group.count[index] * 60) / (to - from);
    }
  });
}

function join(into, index, value) {
  if (value?.mean == null) return;
  const had = into.count[index] ?? 0;
  const have = had + value.count;
  into.mean[index] = ((into.mean[index] ?? 0) * had + value.mean * value.count) / have;
  into.min[index] = had ? Math.min(into.min[index], value.min) : value.min;
  into.max[index] = had ? Math.max(into.max[index], value.max) : value.max;
  into.count[index] = have;
  if (!into.peak || value.max > into.peak.value) into.peak = { value: value.max, at: Date.parse(value.max_at) / 1000 };
}

export function range(chart, low, high) {
  if (low == null || high == null) return [0, 1];
  if (chart.unit === "ratio") return [0, high > 0.5 ? 1 : Math.max(high * 1.15, 0.01)];
  return [Math.min(0, low), high > 0 ? high * 1.1 : 1];
}

function spoken(chart, data) {
  if (chart.key === "messages") return "Messages over time";
  const peaks = data.filter((group) => group.peak).map((group) => group.peak.value);
  return peaks.length ? `${chart.title} over time; highest ${quantity(Math.max(...peaks), chart.unit)}. The table has the numbers.` : `${chart.title} over time; no values`;
}

export function sizeOf(box) {
  return { width: Math.max(200, box.clientWidth), height: 200 };
}

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function translucent(colour, alpha) {
  return colour + Math.round(alpha * 255).toString(16).padStart(2, "0");
}

export function quantity(value, unit, short) {
  if (value == null) return "–";
  if (unit === "ratio") return `${(value * 100).toFixed(short ? (value < 0.1 && value % 0.01 > 0.0001 ? 1 : 0) : 1)}%`;
  if (unit === "ms" && Math.abs(value) >= 1000) return `${number(value / 1000)} s`;
  if (short && Math.abs(value) >= 10000) return new Intl.NumberFormat("en", { notation: "compact" }).format(value);
  return unit ? `${number(value)} ${unit}` : number(value);
}

function number(value) {
  return new Intl.NumberFormat("en", { maximumSignificantDigits: Math.abs(value) >= 1000 ? 6 : 3 }).format(value);
}

export function moments(plan) {
  const parts = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: plan.zone };
  if (plan.end - plan.start > 86400) Object.assign(parts, { day: "numeric", month: "short" });
  return new Intl.DateTimeFormat("en-GB", parts);
}

// Axis labels: hours and minutes, with the day where it begins.
export function clock(ticks, zone) {
  return ticks.map((seconds) => uPlot.tzDate(new Date(seconds * 1000), zone)).map((date, index, all) => {
    const two = (n) => String(n).padStart(2, "0");
    const day = `${date.getDate()} ${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.getMonth()]}`;
    const midnight = date.getHours() === 0 && date.getMinutes() === 0;
    const daily = all.length > 1 && ticks[1] - ticks[0] >= 86400 - 3600;
    return midnight || daily ? day : `${two(date.getHours())}:${two(date.getMinutes())}`;
  });
}
