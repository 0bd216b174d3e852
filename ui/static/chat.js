/* The chat's own script: buttons at questions and answers, and shortcuts. What they do is decided by
   the page; they are sent to the block #gp-turns, which also has the data. */
const ICONS = {
  copy: '<rect x="9" y="9" width="11" height="11" rx="2"/><path d="M5 15V5a1 1 0 0 1 1-1h9"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  pencil: '<path d="m4 20 .9-4L16.6 4.3a2 2 0 0 1 2.8 0l.3.3a2 2 0 0 1 0 2.8L8 19.1 4 20Z"/>',
  retry: '<path d="M20 11a8 8 0 1 0-2.3 6M20 5v6h-6"/>',
  good: '<path d="M7 11v9H4v-9zm0 0 4-7a2 2 0 0 1 2 2v4h5a2 2 0 0 1 2 2.3l-1 6a2 2 0 0 1-2 1.7H7"/>',
  bad: '<path d="M7 13V4H4v9zm0 0 4 7a2 2 0 0 0 2-2v-4h5a2 2 0 0 0 2-2.3l-1-6A2 2 0 0 0 17 4H7"/>',
  previous: '<path d="m14 6-6 6 6 6"/>',
  next: '<path d="m10 6 6 6-6 6"/>',
};
const COPIED_MS = 1500;

function act(data) {
  const sent = new CustomEvent("goldenpath-act", { detail: data, bubbles: true });
  document.querySelector("#gp-turns .gp-live")?.dispatchEvent(sent);
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function iconButton(label, icon, press) {
  const made = element("button", { type: "button", className: "gp-icon-button", title: label, ariaLabel: label });
  made.innerHTML = `<svg class="gp-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${ICONS[icon]}</svg>`;
  made.addEventListener("click", (event) => { event.stopPropagation(); press(made); });
  return made;
}

function turns() {
  return JSON.parse(document.querySelector("#gp-turns [data-turns]")?.dataset.turns ?? "{}");
}

/* --- at each question and answer ------------------------------------------------------------- */

function decorate() {
  const known = turns();
  document.querySelectorAll("#gp-chat .message-row").forEach((row) => {
    const mark = row.querySelector(".gp-turn");
    const run = [...(mark?.classList ?? [])].find((name) => name.startsWith("gp-run-"))?.slice(7);
    const turn = known[run];
    if (!turn) return;
    const key = JSON.stringify(turn);
    if (mark.dataset.made === key || mark.querySelector("form")) return;
    mark.dataset.made = key;
    const tools = mark.classList.contains("gp-asked") ? questionTools : answerTools;
    mark.replaceChildren(...tools(mark, run, turn));
  });
}

function questionTools(mark, run, turn) {
  const made = [];
  if (turn.may_edit && turn.text) made.push(iconButton("Edit", "pencil", () => edit(mark, run, turn)));
  if (turn.versions.length > 1) made.push(...versions(run, turn));
  return made;
}

function versions(run, turn) {
  const at = turn.versions.indexOf(run);
  const go = (label, icon, to) => {
    const made = iconButton(label, icon, () => act({ action: "branch", run: turn.versions[to] }));
    made.disabled = !turn.versions[to];
    return made;
  };
  const place = element("span", { className: "gp-versions", textContent: `${at + 1} / ${turn.versions.length}` });
  return [go("Previous version", "previous", at - 1), place, go("Next version", "next", at + 1)];
}

function answerTools(mark, run, turn) {
  const opinion = (label, icon, score) => {
    const made = iconButton(label, icon, () => {
      const next = turn.score === score ? 0 : score;
      act({ action: "feedback", run, score: String(next) });
      if (next) comment(mark, run, next);
    });
    made.ariaPressed = String(turn.score === score);
    return made;
  };
  const made = [
    iconButton("Copy the answer", "copy", (button) => copy(mark, button)),
    opinion("Good answer", "good", 1),
    opinion("Bad answer", "bad", -1),
  ];
  if (turn.may_edit && turn.text) {
    made.push(iconButton("Try again", "retry", () => act({ action: "edit", run, text: turn.text })));
  }
  if (turn.comment) made.push(element("span", { className: "gp-versions", textContent: `“${turn.comment}”` }));
  return made;
}

async function copy(mark, button) {
  const text = mark.closest(".prose, .md").innerText.trim();
  await navigator.clipboard.writeText(text);
  button.ariaLabel = button.title = "Copied";
  button.querySelector("svg").innerHTML = ICONS.check;
  setTimeout(() => {
    button.ariaLabel = button.title = "Copy the answer";
    button.querySelector("svg").innerHTML = ICONS.copy;
  }, COPIED_MS);
}

function form(mark, label, value, send, submit) {
  const input = element(submit.lines ? "textarea" : "input", { className: "gp-input", value, ariaLabel: label });
  input.placeholder = submit.hint ?? "";
  const close = () => {
    delete mark.dataset.made;
    mark.closest(".message")?.classList.remove("gp-editing");
    mark.replaceChildren();
    decorate();
  };
  const finish = () => { send(input.value.trim()); close(); };
  const cancel = element("button", { type: "button", className: "gp-button gp-small gp-bare", textContent: "Cancel" });
  cancel.addEventListener("click", close);
  const made = element("form", { className: "gp-turn-form" }, input,
    element("span", { className: "gp-turn-ways" },
      element("button", { type: "submit", className: "gp-button gp-small", textContent: submit.words }), cancel));
  made.addEventListener("submit", (event) => { event.preventDefault(); event.stopPropagation(); finish(); });
  made.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "Enter" && !event.shiftKey && event.target === input) { event.preventDefault(); finish(); }
  });
  mark.replaceChildren(made);
  input.focus();
  return input;
}

function edit(mark, run, turn) {
  mark.closest(".message")?.classList.add("gp-editing");
  const input = form(mark, "Your question", turn.text, (text) => {
    if (text) act({ action: "edit", run, text });
  }, { words: "Ask again", lines: true });
  input.setSelectionRange(input.value.length, input.value.length);
}

function comment(mark, run, score) {
  form(mark, "Comment", "", (text) => {
    if (text) act({ action: "feedback", run, score: String(score), comment: text });
  }, { words: "Add comment", hint: score > 0 ? "What was good? (optional)" : "What was wrong? (optional)" });
}

/* --- steps shown or not, as the reader chose last --------------------------------------------- */

const STEPS_KEY = "goldenpath-steps";

function showSteps() {
  const isShown = localStorage.getItem(STEPS_KEY) !== "hidden";
  document.body.classList.toggle("gp-steps-hidden", !isShown);
  const button = document.querySelector("[data-steps]");
  if (button && button.ariaPressed !== String(isShown)) button.ariaPressed = String(isShown);
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-steps]")) return;
  const isHidden = document.body.classList.contains("gp-steps-hidden");
  localStorage.setItem(STEPS_KEY, isHidden ? "shown" : "hidden");
  showSteps();
});

/* --- shortcuts ------------------------------------------------------------------------------- */

const SHORTCUTS = [
  ["/", "Write a message"],
  ["Ctrl K", "Search conversations"],
  ["Ctrl Shift O", "New conversation"],
  ["↑", "Edit the last question, in an empty message"],
  ["Esc", "Stop the run, or close what is open"],
  ["?", "Show this list"],
];

function sheet() {
  let dialog = document.querySelector("#gp-shortcuts");
  if (!dialog) {
    const rows = SHORTCUTS.flatMap(([keys, words]) => [
      element("dt", {}, element("kbd", { textContent: keys })), element("dd", { textContent: words }),
    ]);
    const close = element("button", { type: "button", className: "gp-button", textContent: "Close" });
    dialog = element("dialog", { id: "gp-shortcuts" },
      element("h2", { textContent: "Keyboard shortcuts", id: "gp-shortcuts-title" }), element("dl", {}, ...rows), close);
    dialog.setAttribute("aria-labelledby", "gp-shortcuts-title");
    close.addEventListener("click", () => dialog.close());
    document.querySelector(".gradio-container").append(dialog);
  }
  dialog.showModal();
}

const composer = () => document.querySelector("#gp-composer textarea");
const isTyping = (node) => node.matches?.("input, textarea, select, [contenteditable=true]");

function pressed(event) {
  const box = composer();
  if (!box || event.defaultPrevented || event.isComposing || event.altKey) return;
  const withControl = event.ctrlKey || event.metaKey;
  const act = withControl ? controlled(event) : plain(event, box);
  if (!act) return;
  event.preventDefault();
  act();
}

function controlled(event) {
  const key = event.key.toLowerCase();
  if (key === "k" && !event.shiftKey) return () => {
    if (innerWidth < 900) document.body.classList.add("gp-side-open");
    document.querySelector("#gp-thread-tools input")?.focus();
  };
  if (key === "o" && event.shiftKey) return () => document.querySelector("#gp-thread-tools [data-action=new]")?.click();
  return null;
}

function plain(event, box) {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    const panels = ["gp-side-open", "gp-panel-open"].filter((name) => document.body.classList.contains(name));
    if (panels.length) return () => document.body.classList.remove(...panels);
    const stop = document.querySelector("#gp-status [data-action=stop]:not(:disabled)");
    return stop ? () => stop.click() : null;
  }
  if (event.key === "ArrowUp" && event.target === box && !box.value) {
    const last = [...document.querySelectorAll("#gp-chat .gp-asked button[title=Edit]")].pop();
    return last ? () => last.click() : null;
  }
  if (isTyping(event.target)) return null;
  if (event.key === "/") return () => box.focus();
  if (event.key === "?") return sheet;
  return null;
}

/* Before Gradio's own, and before a run's Escape is taken by a field. */
document.addEventListener("keydown", pressed);

let waiting = false;
new MutationObserver(() => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; decorate(); showSteps(); });
}).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-turns"] });
