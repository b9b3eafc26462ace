// The map with JavaScript: weeks by a slider, played one after the other; a country leads to its page.
const FRAME_MS = 450;
const root = document.documentElement;
const svg = document.getElementById("world");
const source = document.getElementById("plan");
if (svg && source) begin(JSON.parse(source.textContent));

function begin(plan) {
  root.classList.add("js");
  const play = document.getElementById("play");
  const button = document.getElementById("play-button");
  const slider = document.getElementById("week");
  const shown = document.getElementById("week-shown");
  const shapes = new Map([...svg.querySelectorAll("[data-region]")].map((shape) => [shape.dataset.region, shape]));
  let weeks = null;
  let asked = null;
  let timer = 0;
  let number = 0;
  play.hidden = false;
  shown.textContent = plan.day;
  slider.max = "1";
  slider.value = "1";

  svg.addEventListener("click", (event) => {
    const code = event.target.closest("[data-region]")?.dataset.region;
    const link = code && [...document.querySelectorAll("#shown tbody a")].find((each) => new URL(each.href).pathname.endsWith(`/${code}`));
    if (link) location.assign(link.href);
  });
  for (const kind of ["pointerenter", "focusin"]) play.addEventListener(kind, load, { once: true });
  slider.addEventListener("input", async () => {
    stop();
    if (await load()) draw();
  });
  slider.addEventListener("change", async () => {
    if (await load()) swap();
  });
  button.addEventListener("click", async () => {
    if (timer) {
      stop();
      swap();
    } else if (await load()) {
      if (Number(slider.value) >= weeks.days.length - 1) slider.value = "0";
      button.textContent = "Pause";
      button.setAttribute("aria-pressed", "true");
      draw();
      timer = setInterval(step, FRAME_MS);
    }
  });

  // All weeks come once, when somebody is about to look at them.
  function load() {
    asked ??= fetch(address()).then(async (response) => {
      if (!response.ok) throw new Error(response.status);
      weeks = await response.json();
      slider.max = String(Math.max(0, weeks.days.length - 1));
      const here = weeks.days.findLastIndex((day) => day <= plan.day);
      slider.value = String(here < 0 ? 0 : here);
      return weeks.days.length > 0;
    }).catch(() => {
      asked = null;
      shown.textContent = "cannot be told now";
      return false;
    });
    return asked;
  }

  function address() {
    const url = new URL(`${root.dataset.root ?? ""}/v1/epidemic/weeks`, location.href);
    for (const [name, value] of plan.weeks) if (value) url.searchParams.set(name, value);
    return url;
  }

  function step() {
    const next = Number(slider.value) + 1;
    if (next >= weeks.days.length) {
      stop();
      swap();
      return;
    }
    slider.value = String(next);
    draw();
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
    button.setAttribute("aria-pressed", "false");
  }

  function draw() {
    const at = Number(slider.value);
    const day = weeks.days[at];
    shown.textContent = day;
    const time = document.getElementById("world-day");
    time.textContent = day;
    time.dateTime = day;
    for (const [code, shape] of shapes) {
      const value = weeks.regions[code]?.[at] ?? null;
      shape.setAttribute("class", mark(value));
      const title = shape.querySelector("title");
      title.textContent = `${title.textContent.split(":")[0]}: ${words(value)}`;
    }
  }

  function mark(value) {
    if (value == null) return "none";
    if (value < 0 && !weeks.two_sided) return "negative";
    const place = weeks.breaks.findIndex((least) => value < least);
    return `${weeks.two_sided ? "v" : "q"}${place < 0 ? weeks.breaks.length + 1 : place + 1}`;
  }

  function words(value) {
    if (value == null) return "–";
    return weeks.two_sided ? `${value > 0 ? "+" : ""}${Math.round(value * 100)}%` : value.toLocaleString("en", { maximumSignificantDigits: 3 });
  }

  // The table of the week that is shown, and an address that leads here again.
  async function swap() {
    const mine = ++number;
    const url = new URL(location.href);
    url.searchParams.set("date", weeks.days[Number(slider.value)]);
    history.replaceState(history.state, "", url);
    const table = document.getElementById("shown");
    table.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(url, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const fresh = page.getElementById("shown");
      if (mine !== number || !fresh) return;
      table.replaceWith(fresh);
      document.getElementById("date").value = url.searchParams.get("date");
    } catch {
      // what is there stays
    } finally {
      document.getElementById("shown").removeAttribute("aria-busy");
    }
  }
}
