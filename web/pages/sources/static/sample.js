// A sample may be dropped anywhere on its box; while it is tried, the button says so.
const form = document.querySelector("form[data-trial]");
const box = form.querySelector(".upload");
const field = form.querySelector('input[type="file"]');
document.documentElement.classList.add("js");

for (const kind of ["dragenter", "dragover"]) {
  box.addEventListener(kind, (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) box.addEventListener(kind, () => box.classList.remove("over"));
box.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length !== 1) return;
  field.files = event.dataTransfer.files;
  form.requestSubmit(box.querySelector("button[type=submit]"));
});
form.addEventListener("submit", (event) => {
  if (event.submitter?.value === "download") return;
  document.body.classList.add("busy");
});
window.addEventListener("pageshow", () => document.body.classList.remove("busy"));

// Tab writes a tab's worth of blanks into the source; Escape, then Tab, leaves it.
const toml = document.getElementById("toml");
let leaving = false;
toml?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") leaving = true;
  else if (event.key === "Tab" && !event.shiftKey && !leaving) {
    event.preventDefault();
    toml.setRangeText("  ", toml.selectionStart, toml.selectionEnd, "end");
  } else if (event.key !== "Tab") leaving = false;
});
