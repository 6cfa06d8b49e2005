// Images and files into the text: by the toolbar's button, pasted, or dropped on the text. Each is sent at once and
// stands in the text by its name; without this the note's page adds files.
const form = document.querySelector("[data-editor]");
const body = form.querySelector("#body");
const chosen = form.querySelector("[data-image-files]");
const said = form.querySelector("[data-image-said]");

form.querySelector("[data-image]").addEventListener("click", () => chosen.click());
chosen.addEventListener("change", async () => {
  await sendAll([...chosen.files]);
  chosen.value = "";
});
body.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  sendAll(files);
});
body.addEventListener("dragover", (event) => {
  if ([...(event.dataTransfer?.types ?? [])].includes("Files")) event.preventDefault();
});
body.addEventListener("drop", (event) => {
  const files = [...(event.dataTransfer?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  sendAll(files);
});

async function sendAll(files) {
  if (!files.length) return;
  const data = new FormData();
  files.forEach((file) => data.append("file", file));
  said.textContent = chosen.dataset.wordsComing;
  try {
    const answer = await fetch(chosen.dataset.url, {
      method: "POST",
      body: data,
      headers: { Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf-token]").content },
    });
    const told = await answer.json();
    said.textContent = answer.ok ? "" : told.message;
    if (answer.ok) insert(told.files.map(written).join("\n\n"));
  } catch {
    said.textContent = chosen.dataset.wordsFailed;
  }
}

function written(file) {
  const words = file.name.replace(/\.[^.]*$/, "").replace(/[\\[\]]/g, "\\$&");
  return `${file.is_image ? "!" : ""}[${words}](${file.target})`;
}

function insert(text) {
  body.focus();
  if (!document.execCommand("insertText", false, text)) {
    body.setRangeText(text, body.selectionStart, body.selectionEnd, "end");
    body.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
