// What every chart shares: its size, its axes, its tip.
import { moments, timeAxis } from "./clock.js";
import { lone } from "./points.js";
import { axisLabels, stepsFor } from "./units.js";

const HEIGHT = 200;
const FONT = "11px Inter, system-ui, sans-serif";

export function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// A chart's place: the figure with its caption, and the box in it that is drawn into.
export function figure(title, note, className = "plot") {
  const made = element("figure", "chart");
  const caption = element("figcaption", "", title);
  caption.append(element("span", "", note));
  const box = element("div", className);
  made.append(caption, box);
  return [made, box];
}

export function sizeOf(box) {
  return { width: Math.max(200, box.clientWidth), height: HEIGHT };
}

export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// The options of uPlot that all charts of a window share. `span`: start, end and zone.
export function frame(box, span, chart, sync) {
  const axis = { stroke: colour("--quiet"), font: FONT, grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return {
    ...sizeOf(box),
    cursor: { y: false, sync: { key: sync, setSeries: false }, drag: { x: false, y: false }, points: { size: 6 } },
    legend: { show: false },
    padding: [8, 20, 0, 0],
    axes: [
      { ...axis, ...timeAxis(span) },
      {
        ...axis,
        gap: 6,
        incrs: stepsFor(chart.unit),
        size: (_, values) => 14 + 6.4 * Math.max(5, ...(values ?? []).map((text) => text.length)),
        values: (_, ticks, _axis, _space, step) => axisLabels(ticks, chart.unit, step),
      },
    ],
  };
}

// What every line is drawn with; a value that no line reaches is a point.
export function pen(column, stroke, width, dash) {
  const alone = lone(column);
  return { stroke, width, dash, spanGaps: false, points: { show: false, size: 6, fill: stroke, filter: () => alone } };
}

// The tip beside the cursor: the moment, and rows made by `rowsAt(index)`; none where the pointer is not over the chart.
export function tip(plot, span, rowsAt) {
  const { idx, left } = plot.cursor;
  const old = plot.root.querySelector(".tip");
  if (idx == null || left < 0 || !plot.root.matches(":hover")) {
    old?.remove();
    return;
  }
  const box = old ?? element("div", "tip");
  if (!old) plot.root.append(box);
  const rows = rowsAt(idx);
  box.replaceChildren(element("b", "", moments(span)(plot.data[0][idx])), ...(rows.length ? rows : [element("div", "", "no messages")]));
  const over = plot.over;
  const right = left > over.clientWidth / 2;
  box.style.top = "6px";
  box.style.left = right ? "" : `${over.offsetLeft + left + 14}px`;
  box.style.right = right ? `${plot.root.clientWidth - over.offsetLeft - left + 14}px` : "";
}

// `then`: what the value was at the time compared with, if there is one.
export function tipRow(key, label, value, then = "") {
  const row = element("div");
  row.append(element("i", key), element("span", "", label), element("em", "", value));
  if (then) row.append(element("em", "quiet", `was ${then}`));
  return row;
}

// Charts keep the width of their box; on paper they take that of half a sheet, in the colours of light.
export function fit(plotsNow, redraw) {
  const PAPER = { width: 328, height: 180 };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const observer = new ResizeObserver(() => printing() || plotsNow().forEach((plot) => plot.setSize(sizeOf(plot.root.parentNode))));
  const printing = () => document.documentElement.classList.contains("paper");
  const turn = (on) => () => {
    document.documentElement.classList.toggle("paper", on);
    redraw();
    if (on) plotsNow().forEach((plot) => plot.setSize(PAPER));
  };
  const [before, after] = [turn(true), turn(false)];
  dark.addEventListener("change", redraw);
  window.addEventListener("beforeprint", before);
  window.addEventListener("afterprint", after);
  return {
    observe: (box) => observer.observe(box),
    pause: () => observer.disconnect(),
    end() {
      observer.disconnect();
      dark.removeEventListener("change", redraw);
      window.removeEventListener("beforeprint", before);
      window.removeEventListener("afterprint", after);
    },
  };
}
