/* The Runs page's own script: its address follows what is shown, filters apply as they are chosen. */
const KEPT = ["__theme"];

/* What is shown has an address, which its head names; back and forward load that anew. */
function showAddress(wanted) {
  const next = new URL(wanted, location.href);
  const now = new URL(location.href);
  for (const name of KEPT) {
    if (now.searchParams.has(name)) next.searchParams.set(name, now.searchParams.get(name));
  }
  if (now.pathname.replace(/\/$/, "") !== next.pathname) return;
  now.searchParams.sort();
  next.searchParams.sort();
  if (next.search !== now.search) history.pushState({ runs: true }, "", next);
}

function follow() {
  const place = document.querySelector(".gp-addressed[data-address]");
  if (place) showAddress(place.dataset.address);
}

function applyFilters(form) {
  const values = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) values.set(name, value);
  const go = form.querySelector("[data-action=go][hidden]");
  go.dataset.to = values.size ? `?${values}` : "";
  go.click();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (form) applyFilters(form);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (!form) return;
  event.preventDefault();
  applyFilters(form);
});
addEventListener("popstate", () => {
  if (document.querySelector(".gp-addressed")) location.reload();
});

/* Up and down lead through the rows of a timeline, like through any tree. */
document.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const tree = event.target.closest?.(".gp-waterfall");
  if (!step || !tree) return;
  const rows = [...tree.querySelectorAll(".gp-span-name")];
  const next = rows[rows.indexOf(event.target) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
});

/* What is folded stays so while a timeline grows. */
const folded = new Set();
function applyFolds() {
  document.querySelectorAll("[data-fold]").forEach((button) => {
    const open = String(!folded.has(button.dataset.fold));
    if (button.getAttribute("aria-expanded") !== open) button.setAttribute("aria-expanded", open);
  });
}
document.addEventListener("click", (event) => {
  const fold = event.target.closest("[data-fold]")?.dataset.fold;
  if (!fold) return;
  if (!folded.delete(fold)) folded.add(fold);
  applyFolds();
});

/* Every page loads this; others have nothing to follow. */
if (/\/runs\/?$/.test(location.pathname)) new MutationObserver(() => { follow(); applyFolds(); }).observe(document.documentElement, {
  childList: true, subtree: true, attributes: true, attributeFilter: ["data-address", "aria-expanded"],
});
