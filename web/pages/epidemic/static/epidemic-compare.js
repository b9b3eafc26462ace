// Regions beside each other: one line each. The table below has the newest numbers.
import { fit, frame, tipRow } from "./chart.js";
import { keysOf, line, spanOf, tipOfDay } from "./epidemic-days.js";
import { quantity } from "./units.js";

const source = document.getElementById("plan");
const box = document.querySelector("[data-chart='compared']");
if (source && box) begin(JSON.parse(source.textContent));

function begin(plan) {
  document.documentElement.classList.add("js");
  if (!plan.times.length) return;
  let plot = null;
  const span = spanOf(plan.times);
  box.after(keysOf(plan.names));
  const fitted = fit(() => (plot ? [plot] : []), draw);
  draw();
  fitted.observe(box);

  function draw() {
    plot?.destroy();
    box.replaceChildren();
    const options = {
      ...frame(box, span, { unit: "", min: 0 }, "compared"),
      padding: [8, 28, 0, 0],
      scales: { x: { time: false, range: (_, low, high) => [low, high === low ? high + 86_400 : high] }, y: { range: (_, low, high) => [Math.min(0, low ?? 0), high > 0 ? high * 1.08 : 1] } },
      series: [{}, ...plan.columns.map(line)],
      hooks: { setCursor: [show] },
    };
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", "Regions over time; the table below has the newest numbers");
    plot = new uPlot(options, [plan.times, ...plan.columns], box);
  }

  function show(it) {
    tipOfDay(it, span, (at) => plan.names.map((name, place) => [name, place, plan.columns[place][at]]).filter(([, , value]) => value != null).sort((one, other) => other[2] - one[2]).map(([name, place, value]) => tipRow(`k${(place % 6) + 1}`, name, quantity(value, ""))));
  }
}
