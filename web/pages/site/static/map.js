// The map of visitors by country, coloured by the rows of the list beside it.
let world = null;

export async function drawMap(box, address) {
  world ??= fetch(address).then((response) => (response.ok ? response.text() : Promise.reject(response.status)));
  let text;
  try {
    text = await world;
  } catch {
    world = null;
    box.remove(); // the list says the same
    return;
  }
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  const rows = [...box.closest(".board").querySelectorAll("tr[data-country]")];
  const most = Math.max(1, ...rows.map((row) => Number(row.dataset.count)));
  for (const row of rows) {
    const shape = svg.querySelector(`[data-country="${CSS.escape(row.dataset.country)}"]`);
    if (!shape) continue;
    const share = Number(row.dataset.count) / most;
    shape.classList.add(`m${Math.max(1, Math.ceil(5 * Math.sqrt(share)))}`);
    const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
    title.textContent = `${row.querySelector("th a").textContent.trim()}: ${Number(row.dataset.count).toLocaleString("en")}`;
    shape.append(title);
  }
  svg.setAttribute("aria-hidden", "true");
  box.replaceChildren(document.importNode(svg, true));
  for (const row of rows) {
    const shape = box.querySelector(`[data-country="${CSS.escape(row.dataset.country)}"]`);
    row.addEventListener("pointerenter", () => shape?.classList.add("lit"));
    row.addEventListener("pointerleave", () => shape?.classList.remove("lit"));
  }
}
