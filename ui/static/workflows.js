/* The Workflows page's own script: its address is the truth; the list and the canvas follow it. */
const NOTES_KEY = "goldenpath-notes-";
const TITLE = "goldenpath";
let ask = () => {};
let list = null;
let builder = null;

const query = () => new URLSearchParams(location.search);
const wantedId = () => query().get("id");

/* --- the address ---------------------------------------------------------------------------- */

function go(href, { replaces = false } = {}) {
  const next = new URL(href, location.href);
  const theme = query().get("__theme");
  if (theme) next.searchParams.set("__theme", theme);
  if (next.href === location.href) return;
  history[replaces ? "replaceState" : "pushState"]({}, "", next);
  follow();
}

/* What was asked last is what is shown: an older answer that comes late is asked again. */
function follow() {
  document.querySelectorAll(".gp-menu[open]").forEach((menu) => { menu.open = false; });
  if (wantedId()) { void show(); return; }
  close();
  list?.setAttribute("aria-busy", "true");
  ask({ action: "go" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-go]");
  if (link && !(event.metaKey || event.ctrlKey || event.shiftKey)) {
    event.preventDefault();
    go(link.getAttribute("href"));
  }
  document.querySelectorAll(".gp-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.(".gp-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
addEventListener("popstate", follow);

/* --- the list ------------------------------------------------------------------------------- */

function refine(control, replaces) {
  const next = query();
  const { query: name } = control.dataset;
  if (control.value) next.set(name, control.value); else next.delete(name);
  next.delete("page");
  go(`?${next}`, { replaces });
}

/* A control that somebody has used keeps its own value; Back and links change it too. */
function agree() {
  for (const control of list.querySelectorAll("[data-query]")) {
    const isTyped = control.matches("input") && control === document.activeElement;
    if (!isTyped) control.value = query().get(control.dataset.query) ?? "";
  }
}

async function readFile(input) {
  const [file] = input.files;
  if (!file) return;
  input.form.elements[input.dataset.reads].value = await file.text();
}

export function attachList(page, element, props, trigger, watch) {
  list = element;
  let timer = 0;
  ask = (data) => trigger("action", {
    ...data, query: location.search, zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  page.attach(element, props, (_, data) => {
    element.setAttribute("aria-busy", "true");
    document.querySelectorAll(".gp-menu[open]").forEach((menu) => { menu.open = false; });
    ask(data);
  }, watch);
  element.addEventListener("input", ({ target }) => {
    if (!target.matches("input[data-query]")) return;
    clearTimeout(timer);
    timer = setTimeout(() => refine(target, true), 200);
  });
  element.addEventListener("change", ({ target }) => {
    if (target.matches("select[data-query]")) refine(target, false);
    if (target.matches("input[data-reads]")) void readFile(target);
  });
  watch("value", () => {
    element.removeAttribute("aria-busy");
    agree();
    opened();
    /* Of answers that overtook each other the one to this address is shown. */
    const answered = element.querySelector("[data-for]")?.dataset.for;
    if (answered !== undefined && answered !== location.search && !wantedId()) follow();
  });
}

/* A workflow that was just made is opened, with what is to be known about it. */
function opened() {
  const made = list.querySelector("[data-opened]");
  if (!made) return;
  const { opened: id, notes } = made.dataset;
  made.remove();
  sessionStorage.setItem(NOTES_KEY + id, notes);
  go(`?id=${encodeURIComponent(id)}`);
}

/* --- the canvas ----------------------------------------------------------------------------- */

export function attachBuilder(script, style) {
  const root = made("section", { className: "gp-builder", ariaLabel: "Builder" });
  root.style.fontFamily = getComputedStyle(document.querySelector(".gradio-container")).fontFamily;
  document.body.append(root);
  builder = { root, script, style, mounted: null, id: null };
  if (wantedId()) void show();
}

async function show() {
  if (!builder) return;
  const id = wantedId();
  if (builder.id === id) return;
  close();
  builder.id = id;
  document.body.classList.add("gp-building");
  const { heading, notes, place } = frame();
  loadStyle(builder.style);
  const { mountApi } = await import(builder.script);
  if (builder.id !== id) return;
  const named = () => {
    const name = mounted?.blueprint?.name;
    heading.textContent = name || "Workflow";
    document.title = name ? `${name} · ${TITLE}` : TITLE;
  };
  let mounted = null;
  mounted = await mountApi(place, { base: "", id, run: query().get("run") ?? undefined, onSaved: named, onActivated: named });
  if (builder.id !== id) { mounted.unmount(); return; }
  builder.mounted = mounted;
  if (mounted.blueprint) tell(notes, id, mounted); else heading.textContent = "Not there";
  if (mounted.blueprint) named();
}

function close() {
  document.body.classList.remove("gp-building");
  if (!builder?.id) return;
  builder.mounted?.unmount();
  Object.assign(builder, { mounted: null, id: null });
  builder.root.replaceChildren();
  document.title = TITLE;
}

function loadStyle(href) {
  if (document.querySelector(`link[href="${href}"]`)) return;
  const link = document.createElement("link");
  Object.assign(link, { rel: "stylesheet", href });
  document.head.append(link);
}

function made(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/* The way back, the name, and the canvas below. */
function frame() {
  const menu = made("button", { type: "button", className: "gp-builder-menu", ariaLabel: "Open the menu", textContent: "☰" });
  menu.dataset.toggle = "side";
  const back = made("a", { className: "gp-crumb", href: "?", textContent: "Workflows" });
  back.dataset.go = "";
  const heading = made("h1", { textContent: "…" });
  const bar = made("div", { className: "gp-builder-bar" }, menu, back, made("span", { ariaHidden: "true", textContent: "/" }), heading);
  const notes = made("div", { className: "gp-builder-notes" });
  const place = made("div", { className: "gp-builder-canvas" });
  /* The canvas's own headings are of the third level. */
  const steps = made("h2", { className: "gp-builder-unseen", textContent: "Steps" });
  builder.root.replaceChildren(bar, notes, steps, place);
  return { heading, notes, place };
}

/* What was taken for granted when it was drafted, and what only a person can say. */
function tell(place, id, mounted) {
  const kept = sessionStorage.getItem(NOTES_KEY + id);
  if (!kept) return;
  const { prompt, note, assumptions = [], questions = [], removed = [], problems = [] } = JSON.parse(kept);
  const ask = questions.map((question) => ({ text: question.text, node: question.node_id }));
  const parts = [
    ["Assumed", assumptions.map((text) => ({ text }))],
    ["To be answered", ask],
    ["Left out", removed.map((text) => ({ text }))],
    ["To be mended before it can go live", prompt ? [] : problems.map((text) => ({ text }))],
  ].filter(([, lines]) => lines.length);
  if (!prompt && !parts.length) return;
  const dismiss = made("button", { type: "button", className: "gp-notes-dismiss", textContent: "Dismiss" });
  dismiss.addEventListener("click", () => {
    sessionStorage.removeItem(NOTES_KEY + id);
    place.replaceChildren();
  });
  const title = made("strong", { textContent: prompt ? `Drafted from “${prompt}”` : "A draft of your own" });
  const box = made("section", { className: "gp-notes", ariaLabel: "About this draft" }, made("header", {}, title, dismiss));
  box.dataset.testid = "draft-notes";
  if (note) box.append(made("p", { textContent: note }));
  const columns = made("div", { className: "gp-notes-parts" });
  for (const [heading, lines] of parts) {
    columns.append(made("div", {}, made("h2", { textContent: heading }), made("ul", {}, ...lines.map((line) => made("li", {}, lineOf(line, mounted))))));
  }
  if (parts.length) box.append(columns);
  place.replaceChildren(box);
}

function lineOf({ text, node }, mounted) {
  if (!node) return text;
  const link = made("button", { type: "button", className: "gp-note-link", textContent: text });
  link.addEventListener("click", () => mounted.set({ selected: [node], selectedEdges: [], panel: "inspector", centred: { id: node, at: Date.now() } }));
  return link;
}
