// The little that real links and forms cannot do by themselves. Everything works without it.

const panel = document.getElementById("panel");
const problem = document.getElementById("problem");

// Evidence opens beside the page: whatever htmx puts into the panel's body is shown as a dialog.
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "panel-body" && !panel.open) {
    panel.showModal();
  }
});
panel?.addEventListener("click", (event) => {
  if (event.target === panel) panel.close(); // a click beside it lands on the dialog itself
});
panel?.addEventListener("close", () => {
  document.getElementById("panel-body").replaceChildren();
});

// Ctrl, Cmd or Shift means another tab or window: htmx must not hear of that click.
document.addEventListener(
  "click",
  (event) => {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey;
    if (elsewhere && event.target.closest("a[hx-get]")) event.stopPropagation();
  },
  { capture: true },
);

// A fragment that could not be fetched must not fail in silence.
function tell(sentence) {
  if (!problem) return;
  problem.textContent = sentence;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}
document.body.addEventListener("htmx:responseError", () => tell(document.body.dataset.problem));
document.body.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline));
document.body.addEventListener("htmx:timeout", () => tell(document.body.dataset.offline));
document.body.addEventListener("htmx:beforeRequest", () => {
  if (problem) problem.hidden = true;
});

// Menus are <details>: one open at a time, closed by Escape and by a click elsewhere.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <form data-confirm="Sure?">: asks before sending what cannot be undone.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// <button data-copy="id of a field" data-copied="Copied">: copies what the field holds and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    if (!document.execCommand("copy")) return; // no clipboard over plain http: it stays selected for Ctrl-C
  }
  button.querySelector("span").textContent = button.dataset.copied;
});

// <select data-browser-zone>: starts at the browser's time zone, if the list has it.
for (const select of document.querySelectorAll("select[data-browser-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...select.options].some((option) => option.value === zone)) select.value = zone;
}

// <input data-follows="id_email">: shows the same text as another field until somebody writes in it.
for (const field of document.querySelectorAll("input[data-follows]")) {
  const leader = document.getElementById(field.dataset.follows);
  let own = field.value !== "" && field.value !== leader.value;
  field.addEventListener("input", () => (own = field.value !== ""));
  leader.addEventListener("input", () => {
    if (!own) field.value = leader.value;
  });
}
