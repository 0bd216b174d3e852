/** What is derived of the state, worked out once a change and shared by all who show it. */
import { difference, union } from "../model/diff.js";
import { edgeCounts, nodeStates } from "../model/run_states.js";
import { useMount, useStore } from "../state/context.jsx";

function once(work) {
  const kept = new WeakMap();
  return (store, ...inputs) => {
    const last = kept.get(store);
    if (last && last.inputs.every((input, place) => input === inputs[place])) return last.value;
    const value = work(...inputs);
    kept.set(store, { inputs, value });
    return value;
  };
}

const states = once((run, blueprint) => nodeStates(run, blueprint));
const counts = once((run, blueprint) => edgeCounts(run, blueprint));
const compared = once((blueprint, proposal, overlay) => {
  if (!proposal && !overlay) return null;
  const [before, after] = proposal ? [blueprint, proposal.blueprint] : [overlay.before, overlay.after];
  return { before, after, shown: union(before, after), change: difference(before, after) };
});

export function useStates() {
  const { store } = useMount();
  return useStore((state) => states(store, state.run, state.viewed ?? state.blueprint));
}

export function useCounts() {
  const { store } = useMount();
  return useStore((state) => counts(store, state.run, state.viewed ?? state.blueprint));
}

/** What stands on the canvas, whether it can be edited, and the difference that it shows if it does. */
export function useShown() {
  const comparison = useComparison();
  const blueprint = useStore((state) => state.viewed ?? state.blueprint);
  const isFixed = useStore((state) => state.isReadOnly || state.viewed !== null);
  return { blueprint: comparison?.shown ?? blueprint, change: comparison?.change, isFixed: isFixed || comparison !== null };
}

/** The two blueprints that are compared on the canvas; null while one is edited. */
export function useComparison() {
  const { store } = useMount();
  return useStore((state) => compared(store, state.blueprint, state.proposal, state.overlay ?? null));
}
