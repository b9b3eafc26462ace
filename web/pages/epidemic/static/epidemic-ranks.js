// Weights rank anew as soon as they are let go of.
const form = document.getElementById("weights");
let number = 0;

form?.addEventListener("input", (event) => {
  const output = form.querySelector(`output[for="${event.target.id}"]`);
  if (output) output.textContent = event.target.value;
});
form?.addEventListener("change", async () => {
  const mine = ++number;
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form)).toString();
  try {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("shown");
    const old = document.getElementById("shown");
    if (mine !== number || !fresh || !old) return;
    old.replaceWith(fresh);
    history.replaceState(history.state, "", url);
  } catch {
    // what is there stays, and the button asks again
  }
});
