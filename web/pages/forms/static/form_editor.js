// Shows the form that the text makes while it is typed: the server makes it, as the button does without a script.
const PAUSE = 400;
const draft = document.getElementById("draft");
const text = draft.elements.toml;
let waiting;
let asked;

async function look() {
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(draft.action, {
      method: "POST",
      headers: { accept: "text/html" },
      body: new URLSearchParams(new FormData(draft)),
      signal: asked.signal,
    });
    const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("preview");
    const shown = document.getElementById("preview");
    if (made && made.innerHTML !== shown.innerHTML) shown.replaceWith(made);
    document.getElementById("applied").textContent = draft.elements.name.value;
    text.toggleAttribute("aria-invalid", Boolean(document.getElementById("problems")));
  } catch {
    // The next letter, or the button, asks again.
  }
}

draft.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(look, PAUSE);
});

document.addEventListener("click", (event) => {
  const line = Number(event.target.dataset?.line);
  if (!line) return;
  event.preventDefault();
  const before = text.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(before, text.value.indexOf("\n", before) < 0 ? text.value.length : text.value.indexOf("\n", before));
  text.scrollTop = (line - 4) * (text.scrollHeight / text.value.split("\n").length);
});
