// Keeps what is typed on this device until it is sent: answers, and the id, so that a page loaded anew sends the same submission.
const form = document.getElementById("form");
const sent = document.getElementById("sent");
const key = (name) => `windowpane-form:${name}`;

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(key(name)) ?? "null");
  } catch {
    return null;
  }
}

function answers() {
  return [...new FormData(form)].filter(([name]) => name.startsWith("a."));
}

// A form whose answers can be changed has a proof, "own", that its id was made for this device.
function ids() {
  return { id: form.elements.id.value, own: form.elements.own?.value };
}

function keep() {
  try {
    localStorage.setItem(key(form.dataset.form), JSON.stringify({ ...ids(), answers: answers() }));
  } catch {
    // A device without room keeps no draft; the form works all the same.
  }
}

function restore({ id, own, answers }) {
  form.elements.id.value = id;
  if (own && form.elements.own) form.elements.own.value = own;
  for (const [name, value] of answers) {
    const field = form.elements[name];
    if (field) {
      field.value = value;
    } else {
      const hidden = Object.assign(document.createElement("input"), { type: "hidden", name, value });
      form.append(hidden);
    }
  }
}

if (sent) localStorage.removeItem(key(sent.dataset.form));
if (form) {
  const draft = read(form.dataset.form);
  if (draft && answers().every(([, value]) => value === "")) restore(draft);
  form.addEventListener("input", keep);
  form.addEventListener("submit", keep);
}
