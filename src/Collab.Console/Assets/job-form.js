// Keeps YAML and explanation beside the form as it changes: the page is asked for as by its button, and the parts that changed take the place of the old ones.
const form = document.getElementById("job");
const pause = 700; // milliseconds of quiet before the node is asked
const wanted = new Set(); // the parts that are behind what is filled in
let timer = 0, asked = 0, edits = 0;

async function refresh() {
  const turn = ++asked, edit = edits, parts = [...wanted];
  const body = new FormData(form);
  body.set("do", "explain");
  const text = await fetch(location.href, { method: "POST", body }).then(answer => answer.ok ? answer.text() : null).catch(() => null);
  if (turn !== asked || edit !== edits) return; // somebody went on typing, and the next turn asks for the same parts
  document.getElementById("unheard").hidden = text !== null;
  if (text === null) return; // what is filled in stays, and the next change asks again
  wanted.clear();
  const page = new DOMParser().parseFromString(text, "text/html");
  const isRead = page.getElementById("fields")?.dataset.read === "true"; // before its parts move from there to here
  const { id: focused, selectionStart: caret } = document.activeElement ?? {};
  for (const part of parts) {
    const fresh = page.getElementById(part);
    if (fresh) document.getElementById(part).replaceWith(fresh);
  }
  // The form was filled from the text: from now on a change of the form counts again.
  if (!parts.includes("beside") && isRead) document.getElementById("yaml-shown").value = document.getElementById("yaml").value;
  if (focused && document.activeElement?.id !== focused) {
    document.getElementById(focused)?.focus();
    if (caret != null) document.activeElement.setSelectionRange?.(caret, caret);
  }
  mark();
}

// The field that the fault names is marked, also where the fields themselves were not replaced.
function mark() {
  for (const wrong of form.querySelectorAll("#fields .wrong")) wrong.classList.remove("wrong");
  for (const error of form.querySelectorAll("#fields .error")) error.remove();
  for (const control of form.querySelectorAll("#fields [aria-invalid]")) control.removeAttribute("aria-invalid");
  const fault = document.getElementById("fault");
  const path = fault?.dataset.field;
  const control = path && document.getElementById(path);
  if (!control) return;
  const message = fault.querySelector("[data-message]")?.textContent ?? "";
  const error = document.createElement("p");
  error.className = "error";
  error.id = `${path}-error`;
  error.textContent = message;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", error.id);
  (control.closest(".field") ?? control).classList.add("wrong");
  (control.closest(".field") ?? control).append(error);
}

function later(parts, after) {
  parts.forEach(part => wanted.add(part));
  edits++;
  clearTimeout(timer);
  timer = setTimeout(refresh, after);
}

form.addEventListener("input", event => {
  if (event.target.closest("#fields")) later(["beside"], pause);
  if (event.target.id !== "yaml") return;
  wanted.delete("beside"); // it holds the text that is being typed
  later(["fields", "explain"], 2 * pause);
});
// A choice may change which fields there are, and what they are chosen from.
form.addEventListener("change", event => { if (event.target.closest("#fields") && event.target.matches("select, input[type=checkbox], input[type=radio]")) later(["fields", "beside"], 0); });
