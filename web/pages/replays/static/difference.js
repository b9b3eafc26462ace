// The charts of a replay: for each measure a line for what was there and one for what the replay made.
import { colour, figure, fit, frame, pen, tip, tipRow } from "./chart.js";
import { range } from "./points.js";
import { quantity } from "./units.js";

const SYNC = "windowpane-replay";
const section = document.getElementById("charts");
const plan = { ...JSON.parse(section.querySelector("#plan").textContent), zone: "UTC" };
plan.start = plan.times[0];
plan.end = plan.times[plan.times.length - 1];
let plots = [];
const fitted = fit(() => plots, drawAll);

document.documentElement.classList.add("js");
section.hidden = false;
const boxes = plan.charts.map((chart) => {
  const [made, box] = figure(chart.title, `per ${plan.step}`);
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", `${chart.title} over time, old and new. The table has the numbers.`);
  return [made, box, chart];
});
section.querySelector("#grid").replaceChildren(...boxes.map(([made]) => made));
drawAll();

function drawAll() {
  plots.forEach((plot) => plot.destroy());
  fitted.pause();
  plots = boxes.map(([, box, chart]) => {
    fitted.observe(box);
    return draw(box, chart);
  });
}

function draw(box, chart) {
  const line = (side, name, dash) => ({ ...pen(chart[side], colour(name), 1.8, dash), label: side });
  const options = {
    ...frame(box, plan, chart, SYNC),
    scales: { x: { time: false, range: (_, low, high) => (low === high ? [low - 60, high + 60] : [low, high]) }, y: { range: (_, low, high) => range(chart, low, high) } },
    series: [{}, line("new", "--c1"), line("old", "--c3", [5, 4])],
    hooks: { setCursor: [(plot) => tip(plot, plan, (at) => [["new", "k1"], ["old", "k3"]].map(([side, key]) => tipRow(key, side, quantity(chart[side][at], chart.unit))))] },
  };
  return new uPlot(options, [plan.times, chart.new, chart.old], box);
}
