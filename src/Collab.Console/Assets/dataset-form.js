// Shows the fields of the chosen source alone, and copies a file to the node piece by piece with its progress.
const form = document.getElementById("dataset");
const pieceSize = 1 << 20;

function show() {
  const from = form.querySelector("input[name=from]:checked")?.value ?? "upload";
  for (const [kind, fits] of [["upload", from === "upload"], ["path", from === "path"], ["csv", from !== "postgres"], ["postgres", from === "postgres"]])
    for (const part of form.querySelectorAll(`.from-${kind}`)) part.hidden = !fits;
}

async function send(file) {
  let name = "", offset = 0;
  const bar = document.getElementById("upload-progress");
  bar.hidden = false;
  do {
    const body = new FormData();
    body.set("form-token", form.querySelector("input[name=form-token]").value);
    body.set("name", name);
    body.set("offset", offset);
    body.set("piece", file.slice(offset, offset + pieceSize), "piece");
    const answer = await fetch("/datasets/file", { method: "POST", body });
    const said = await answer.json().catch(() => ({ message: answer.statusText }));
    if (!answer.ok) throw new Error(said.message);
    name = said.file;
    offset = said.bytes;
    bar.value = file.size === 0 ? 1 : offset / file.size;
  } while (offset < file.size);
  return name;
}

form.addEventListener("change", event => { if (event.target.name === "from") show(); });
form.addEventListener("submit", async event => {
  const chosen = form.querySelector("input[type=file]");
  const file = chosen.files[0];
  if (!file || form.querySelector("input[name=from]:checked")?.value !== "upload") return;
  event.preventDefault();
  const button = event.submitter;
  const state = document.getElementById("upload-state");
  try {
    document.getElementById("received").value = await send(file);
    state.textContent = state.dataset.done;
    chosen.value = "";
    form.requestSubmit(button);
  } catch (failure) {
    state.textContent = `${state.dataset.failed} ${failure.message}`;
  }
});
show();
