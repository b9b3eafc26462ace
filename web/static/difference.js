// The charts of a replay: for each measure a line for what was there and one for what the replay made.
import { clock, element, moments, quantity, range, sizeOf } from "./charts.js";

const SYNC = "windowpane-replay";
const section = document.getElementById("charts");
const plan = { ...JSON.parse(section.querySelector("#plan").textContent), zone: "UTC" };
plan.start = plan.times[0];
plan.end = plan.times[plan.times.length - 1];
const dark = matchMedia("(prefers-color-scheme: dark)");
let plots = [];
const resize = new ResizeObserver(() => plots.forEach((plot) => plot.setSize(sizeOf(plot.root.parentNode))));

document.documentElement.classList.add("js");
section.hidden = false;
const boxes = plan.charts.map((chart) => {
  const figure = element("figure", "chart");
  const caption = element("figcaption", "", chart.title);
  caption.append(element("span", "", `per ${plan.step}`));
  const box = element("div", "plot");
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${chart.title} over time, old and new. The table has the numbers.`);
  figure.append(caption, box);
  return [figure, box, chart];
});
section.querySelector("#grid").replaceChildren(...boxes.map(([figure]) => figure));
drawAll();
dark.addEventListener("change", drawAll);

function drawAll() {
  plots.forEach((plot) => plot.destroy());
  resize.disconnect();
  plots = boxes.map(([, box, chart]) => {
    resize.observe(box);
    return draw(box, chart);
  });
}

function draw(box, chart) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const axis = { stroke: colour("--quiet"), font: "11px Inter, system-ui, sans-serif", grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const few = plan.times.length < 3;
  const line = (label, name, dash) => ({ label, stroke: colour(name), width: 1.8, dash, points: { show: few }, spanGaps: false });
  const options = {
    ...sizeOf(box),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), plan.zone),
    cursor: { y: false, sync: { key: SYNC, setSeries: false }, drag: { x: false, y: false }, points: { size: 6 } },
    legend: { show: false },
    padding: [8, 20, 0, 0],
    scales: { x: { time: true, range: (_, low, high) => (low === high ? [low - 60, high + 60] : [low, high]) }, y: { range: (_, low, high) => range(chart, low, high) } },
    axes: [
      { ...axis, size: 26, gap: 4, space: 74, values: (_, ticks) => clock(ticks, plan.zone) },
      { ...axis, size: (_, values) => 14 + 6.4 * Math.max(5, ...(values ?? []).map((v) => v.length)), gap: 6, values: (_, ticks) => ticks.map((tick) => quantity(tick, chart.unit, true)) },
    ],
    series: [{}, line("new", "--c1"), line("old", "--c3", [5, 4])],
    hooks: { setCursor: [(plot) => tip(plot, chart)] },
  };
  return new uPlot(options, [plan.times, chart.new, chart.old], box);
}

function tip(plot, chart) {
  let box = plot.root.querySelector(".tip");
  const { idx, left } = plot.cursor;
  if (idx == null || left < 0 || !plot.root.matches(":hover")) {
    box?.remove();
    return;
  }
  if (!box) plot.root.append((box = element("div", "tip")));
  const rows = [["new", "k1"], ["old", "k3"]].map(([side, key]) => {
    const row = element("div");
    row.append(element("i", key), element("span", "", side), element("em", "", quantity(chart[side][idx], chart.unit)));
    return row;
  });
  box.replaceChildren(element("b", "", moments(plan).format(plan.times[idx] * 1000)), ...rows);
  const over = plot.over;
  const right = left > over.clientWidth / 2;
  box.style.top = "6px";
  box.style.left = right ? "" : `${over.offsetLeft + left + 14}px`;
  box.style.right = right ? `${plot.root.clientWidth - over.offsetLeft - left + 14}px` : "";
}
