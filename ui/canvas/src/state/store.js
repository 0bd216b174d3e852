/** One store a mount: the blueprint is the truth, with its history; the rest is what is shown of it. */
import { EMPTY } from "../model/blueprint.js";

const MOST_STEPS = 100;

/**
 * @param {Object} initial
 * @returns {{get: () => Object, set: Function, subscribe: Function, edit: Function, undo: Function, redo: Function, replace: Function}}
 */
export function createStore(initial) {
  let state = { ...START, ...initial };
  const listeners = new Set();
  const set = (change) => {
    const next = typeof change === "function" ? change(state) : change;
    if (!next) return;
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    set,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** One step that undo takes back; several with the same `visit` in a row are one. */
    edit(change, { visit = null, ...more } = {}) {
      if (state.isReadOnly) return;
      const blueprint = change(state.blueprint);
      if (!blueprint || blueprint === state.blueprint) return;
      const joined = visit !== null && visit === state.visit;
      const past = joined ? state.past : [...state.past, state.blueprint].slice(-MOST_STEPS);
      set({ blueprint, past, future: [], visit, ...more });
    },
    undo() {
      if (!state.past.length) return;
      const past = state.past.slice(0, -1);
      set({ blueprint: state.past.at(-1), past, future: [state.blueprint, ...state.future], visit: null });
    },
    redo() {
      if (!state.future.length) return;
      const [blueprint, ...future] = state.future;
      set({ blueprint, future, past: [...state.past, state.blueprint], visit: null });
    },
    /** Another blueprint without a way back: loaded, or somebody else's. */
    replace(blueprint, more = {}) {
      set({ blueprint, past: [], future: [], visit: null, selected: [], selectedEdges: [], fitting: state.fitting + 1, ...more });
    },
  };
}

const START = {
  blueprint: EMPTY, past: [], future: [], visit: null,
  catalogue: [], connections: [], problems: [], samples: {},
  selected: [], selectedEdges: [], focusField: null,
  view: null, panel: null, dialog: null, notice: null, inserting: null, extending: null,
  save: { state: "saved", version: 0 }, active: null, isReadOnly: false,
  proposal: null, run: null, runs: [], shownNode: null, viewed: null,
  /** Outputs that are taken as known in tests, by node; and the node that the next test ends at. */
  pins: {}, until: null,
  /** Counted up to have everything brought into view, or one node. */
  fitting: 0, centred: null,
};
