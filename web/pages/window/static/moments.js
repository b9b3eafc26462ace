// A slider over the moments that the page lists: it shows the one under the thumb, and `choose` is told the one let go.
const PAUSE_MS = 350; // between two presses of an arrow key

export function slideMoments(choose) {
  const slide = document.getElementById("slide");
  if (!slide) return;
  const links = [...document.querySelectorAll("#stops a")].reverse();
  const range = slide.querySelector("input");
  const shown = document.getElementById("moment-shown");
  let timer = 0;
  slide.hidden = false;

  range.addEventListener("input", () => {
    const text = links[range.valueAsNumber].textContent;
    range.setAttribute("aria-valuetext", text);
    shown.textContent = text;
  });
  range.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => settle(links[range.valueAsNumber]), PAUSE_MS);
  });

  function settle(link) {
    for (const other of links) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
    document.getElementById("moment-said").textContent = link.dataset.value?.replace("T", " ") ?? "now";
    document.getElementById("known").value = link.dataset.value ?? "";
    choose(new URL(link.href).searchParams.get("known") ?? "");
  }
}
