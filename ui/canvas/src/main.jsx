import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/base.css";
import "./styles/frame.css";
import "./styles/graph.css";
import "./styles/panels.css";
import "./styles/forms.css";
import { apiOf } from "./api.js";
import { EMPTY } from "./model/blueprint.js";
import { withTasks } from "./model/catalogue.js";
import { actionsOf } from "./state/actions.js";
import { Mount } from "./state/context.jsx";
import { pinsOf } from "./state/pins.js";
import { runningOf } from "./state/running.js";
import { savingOf } from "./state/saving.js";
import { createStore } from "./state/store.js";
import { App } from "./view/App.jsx";

/**
 * The builder in an element, with everything as data; it calls nobody but `onChange(blueprint)`.
 *
 * @param {HTMLElement} el
 * @param {{blueprint?: Object, catalogue?: Object[], connections?: Object[], problems?: Object[], readOnly?: boolean, view?: "canvas"|"outline", onChange?: Function}} opts
 */
export function mount(el, opts = {}) {
  return begin(el, opts, null);
}

function begin(el, opts, api) {
  const { blueprint = EMPTY, catalogue = [], connections = [], problems = [], readOnly = false, view = null, version = 0, active = null } = opts;
  const store = createStore({ blueprint, catalogue: withTasks(catalogue), connections, problems, isReadOnly: readOnly, view, active, save: { state: "saved", version } });
  const pinning = pinsOf(store, opts.id);
  const parts = { store, api, opts, pinning, actions: actionsOf(store), saving: api && savingOf(store, api, opts), running: api && runningOf(store, api, pinning) };
  let last = blueprint;
  store.subscribe(() => {
    const { blueprint: now } = store.get();
    if (now === last) return;
    last = now;
    opts.onChange?.(now);
  });
  const root = createRoot(el);
  root.render(<Mount value={parts}><App /></Mount>);
  return {
    get blueprint() { return store.get().blueprint; },
    set: (change) => store.set(change),
    openRun: (id) => parts.running?.open(id),
    /** Suggestions show what the last run brought; without one they show examples. */
    sample: () => parts.running?.sample().catch(() => {}),
    unmount() {
      parts.saving?.stop();
      parts.running?.stop();
      root.unmount();
    },
  };
}

/**
 * The same over the service's API: loads the workflow, keeps the draft, runs it.
 *
 * @param {HTMLElement} el
 * @param {{base?: string, id: string, csrf?: string, run?: string, pages?: string, onSaved?: Function, onActivated?: Function, onDeactivated?: Function}} opts
 */
export async function mountApi(el, opts) {
  const api = apiOf(opts);
  const note = document.createElement("p");
  note.className = "gpc-loading";
  note.setAttribute("role", "status");
  note.textContent = "Loading the workflow…";
  el.replaceChildren(note);
  try {
    const { rights, ...loaded } = await api.load();
    note.remove();
    const mounted = begin(el, { ...opts, ...loaded, readOnly: rights === "viewer" }, api);
    if (opts.run) void mounted.openRun(opts.run);
    else void mounted.sample();
    return mounted;
  } catch (error) {
    note.textContent = `The workflow cannot be shown. ${error.message}`;
    return { blueprint: null, unmount: () => note.remove() };
  }
}
