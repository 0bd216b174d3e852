/* The pages' own script: live blocks, local times, elapsed time, theme, panels. No framework. */
const THEME_KEY = "goldenpath-theme";
const stopping = new Set();

/* The reader's own choice of theme wins over the system's. Gradio reads it from the address, before
   or after this runs. */
function choose(theme) {
  const address = new URL(location.href);
  address.searchParams.set("__theme", theme);
  history.replaceState(history.state, "", address);
  document.body.classList.toggle("dark", theme === "dark");
}
const chosen = localStorage.getItem(THEME_KEY);
if (chosen && !new URL(location.href).searchParams.has("__theme")) choose(chosen);

const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto", style: "narrow" });
const day = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric" });
const full = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
});

const short = new Intl.DateTimeFormat(undefined, {
  month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
});
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hour12: false,
});

function localTime(moment, style) {
  if (style === "short" && moment.getFullYear() === new Date().getFullYear()) return short.format(moment);
  if (style === "short") return full.format(moment);
  if (style === "clock") return clock.format(moment);
  if (style === "full") return full.format(moment);
  const minutes = (moment - Date.now()) / 60000;
  const span = Math.abs(minutes);
  if (span < 1) return "now";
  if (span < 60) return relative.format(Math.round(minutes), "minute");
  if (span < 1440) return relative.format(Math.round(minutes / 60), "hour");
  /* What is past has a date; of what comes it counts how long it is until then. */
  return minutes > 0 && span < 14 * 1440 ? relative.format(Math.round(minutes / 1440), "day") : day.format(moment);
}

function elapsed(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  if (seconds < 1) return "";
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function refresh(root) {
  root.querySelectorAll("time[datetime]").forEach((node) => {
    const text = localTime(new Date(node.dateTime), node.dataset.style);
    if (node.textContent !== text) node.textContent = text;
  });
  root.querySelectorAll("[data-since]").forEach((node) => {
    const text = elapsed(new Date(node.dataset.since));
    if (node.textContent !== text) node.textContent = text;
  });
  root.querySelectorAll("[data-action=stop]").forEach((node) => {
    if (stopping.has(node.dataset.run)) markStopping(node);
  });
}

function markStopping(node) {
  node.disabled = true;
  (node.querySelector("span") ?? node).textContent = "Stopping…";
}

/* Change only what differs, so that focus, open details and scroll places stay. */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  const same = from.nodeType === to.nodeType && from.nodeName === to.nodeName
    && from.dataset?.key === to.dataset?.key;
  if (!same) return from.replaceWith(to);
  if (from.nodeType !== Node.ELEMENT_NODE) { from.nodeValue = to.nodeValue; return; }
  for (const { name } of [...from.attributes]) {
    if (!to.hasAttribute(name) && name !== "open") from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    /* What is open is the reader's to say, once it is there. */
    if (name !== "open" && from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  if (from.matches("input, textarea, select") && from === document.activeElement) return;
  morphChildren(from, to);
}

function morphChildren(from, to) {
  const wanted = [...to.childNodes];
  const present = new Map([...from.children].filter((n) => n.dataset.key).map((n) => [n.dataset.key, n]));
  wanted.forEach((node, index) => {
    const keyed = node.dataset?.key ? present.get(node.dataset.key) : null;
    if (keyed && from.childNodes[index] !== keyed) from.insertBefore(keyed, from.childNodes[index] ?? null);
    const current = from.childNodes[index];
    if (current) morph(current, node); else from.appendChild(node);
  });
  while (from.childNodes.length > wanted.length) from.lastChild.remove();
}

function show(element, html) {
  const root = element.querySelector(".gp-live");
  if (!root) return;
  const wanted = document.createElement("div");
  wanted.innerHTML = html || "";
  morphChildren(root, wanted);
  refresh(root);
  const head = root.querySelector("[data-shown]");
  if (head && html !== element.goldenpathShown) showThread(head.dataset.shown, head.dataset.branch);
  element.goldenpathShown = html;
  if (element.closest("#gp-report")) followReport(root);
}

/* A report opens beside the chat by itself where there is room, once. */
let shownReport = null;
function followReport(root) {
  const report = root.querySelector("[data-report]")?.dataset.report ?? null;
  if (report === shownReport) return;
  shownReport = report;
  setPanel("panel", Boolean(report) && innerWidth > 1180);
}

function confirmed(button) {
  if (!button.dataset.confirm || button.dataset.armed) return true;
  const before = button.innerHTML;
  button.dataset.armed = "true";
  button.textContent = button.dataset.confirm;
  const disarm = () => {
    delete button.dataset.armed;
    button.innerHTML = before;
    button.removeEventListener("blur", disarm);
  };
  button.addEventListener("blur", disarm);
  button.focus();
  return false;
}

function onClick(event, trigger) {
  const button = event.target.closest("[data-action]");
  if (!button || button.disabled) return;
  if (button.tagName === "A" && (event.metaKey || event.ctrlKey || event.shiftKey)) return;
  if (button.tagName === "FORM") return;
  event.preventDefault();
  if (!confirmed(button)) return;
  if (button.dataset.action === "rename-start") return startRename(button, trigger);
  if (button.dataset.action === "stop") {
    stopping.add(button.dataset.run);
    markStopping(button);
  }
  if (button.dataset.closes) setPanel(button.dataset.closes, false);
  trigger("action", { ...button.dataset });
}

/* A form of a live block arrives as its action, with its fields by name. */
function onSubmit(event, trigger) {
  const form = event.target.closest("form[data-action]");
  if (!form) return;
  event.preventDefault();
  /* With the button that was pressed: a form may have several ways to answer. */
  const sent = Object.fromEntries(new FormData(form, event.submitter));
  trigger("action", { ...form.dataset, ...sent });
  /* What may be refused stays, so that nobody types it twice. */
  if (!("keep" in form.dataset)) form.reset();
}

function startRename(button, trigger) {
  const row = button.closest("[data-key]");
  const label = row.querySelector("[data-title]");
  const input = document.createElement("input");
  input.className = "gp-input gp-rename";
  input.value = label.dataset.title;
  input.setAttribute("aria-label", "Title of the conversation");
  const finish = (keep) => {
    const title = input.value.trim();
    input.replaceWith(label);
    if (keep && title && title !== label.dataset.title) {
      label.textContent = title;
      trigger("action", { action: "rename", thread: button.dataset.thread, title });
    }
  };
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") input.blur();
    if (event.key === "Escape") { input.value = ""; input.blur(); }
    event.stopPropagation();
  });
  input.addEventListener("click", (event) => { event.preventDefault(); event.stopPropagation(); });
  input.addEventListener("blur", () => finish(true), { once: true });
  label.replaceWith(input);
  input.select();
}

export function attach(element, props, trigger, watch) {
  let timer;
  element.addEventListener("click", (event) => onClick(event, trigger));
  element.addEventListener("submit", (event) => onSubmit(event, trigger));
  /* For a page's own script: what it sends here arrives as an action of this block. */
  element.addEventListener("goldenpath-act", (event) => trigger("action", event.detail));
  element.addEventListener("input", (event) => {
    const action = event.target.dataset?.input;
    if (!action) return;
    clearTimeout(timer);
    timer = setTimeout(() => trigger("action", { action, text: event.target.value }), 200);
  });
  watch("value", () => show(element, props.value));
  show(element, props.value);
}

function setPanel(name, open) {
  document.body.classList.toggle(`gp-${name}-open`, open);
}

function panelOpen(name) {
  return document.body.classList.contains(`gp-${name}-open`);
}

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) setPanel(toggle.dataset.toggle, !panelOpen(toggle.dataset.toggle));
  if (event.target.closest("[data-theme-toggle]")) {
    const theme = document.body.classList.contains("dark") ? "light" : "dark";
    localStorage.setItem(THEME_KEY, theme);
    choose(theme);
  }
});
/* A choice that is a filter of the page goes into its address at once. */
document.addEventListener("change", (event) => {
  if (event.target.matches?.("[data-submits]")) event.target.form.submit();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") setPanel("side", false);
});

/* The address names what is shown, so that a reload and a sent link show the same. */
function showThread(thread, branch) {
  const next = new URL(location.href);
  for (const [name, value] of Object.entries({ thread, branch })) {
    if (value) next.searchParams.set(name, value); else next.searchParams.delete(name);
  }
  if (next.href !== location.href) history.replaceState(history.state, "", next);
}

/* Gradio leaves some of its controls without a name, or with a vague one. */
const NAMES = [
  ["#gp-composer textarea", "Message"],
  ["#gp-composer .upload-button", "Attach a usage export"],
  ["#gp-composer .submit-button", "Send"],
  [".scroll-down-button-container button", "Scroll to the newest message"],
];
function nameButtons() {
  for (const [selector, label] of NAMES) {
    document.querySelectorAll(selector).forEach((node) => {
      if (node.ariaLabel !== label) node.ariaLabel = label;
      if (node.tagName === "BUTTON" && node.title !== label) node.title = label;
    });
  }
  /* A step's title is the button; the one inside it is decoration. */
  document.querySelectorAll(".thought-group .title").forEach((title) => {
    const open = String(Boolean(title.nextElementSibling));
    if (title.getAttribute("aria-expanded") !== open) title.setAttribute("aria-expanded", open);
    const arrow = title.querySelector(".arrow");
    if (!arrow || arrow.ariaHidden) return;
    arrow.ariaHidden = "true";
    arrow.querySelectorAll("button").forEach((button) => { button.disabled = true; });
  });
}

function start() {
  new MutationObserver(nameButtons).observe(document.body, { childList: true, subtree: true });
  setInterval(() => refresh(document), 1000);
  nameButtons();
}
/* Gradio may add this script to a page that is already there. */
if (document.readyState === "loading") addEventListener("DOMContentLoaded", start); else start();
