import { createContext, useContext, useSyncExternalStore } from "react";

/** The mount's store, its actions and what it was mounted with. */
export const Mount = createContext(null);

export const useMount = () => useContext(Mount);
export const useActions = () => useContext(Mount).actions;

/** A part of the state; `choose` has to return the same thing while nothing changed. */
export function useStore(choose) {
  const { store } = useContext(Mount);
  return useSyncExternalStore(store.subscribe, () => choose(store.get()));
}
