import { useEffect } from "react";
import { useMount } from "../state/context.jsx";

const isField = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

/** The keys, which count only while the focus is in the canvas and not in a field of it. */
export function useShortcuts(root, view, onView) {
  const { store, actions } = useMount();
  useClipboard(root, actions);
  return (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (isCommand && key === "k") return taken(event, () => actions.show({ dialog: "find" }));
    if (event.key === "Escape") return leave(store, actions, root);
    if (isField(event.target) || store.get().dialog) return undefined;
    const isFixed = store.get().proposal || store.get().overlay || store.get().isReadOnly;
    const command = isCommand ? COMMANDS[event.shiftKey ? `shift ${key}` : key] : event.altKey ? null : KEYS[key];
    if (!command || (isFixed && command !== "help")) return undefined;
    const act = { ...actions, help: () => actions.show({ dialog: "help" }), palette: () => actions.show({ panel: "palette" }), view: () => onView(view === "outline" ? "canvas" : "outline") }[command];
    return taken(event, () => act());
  };
}

const COMMANDS = { z: "undo", "shift z": "redo", y: "redo", a: "selectAll", d: "duplicate" };
const KEYS = { delete: "remove", backspace: "remove", "?": "help", a: "palette", t: "tidy", o: "view" };

function taken(event, act) {
  event.preventDefault();
  act();
}

function leave(store, actions, root) {
  const { panel, dialog } = store.get();
  if (dialog) return;
  if (panel) root.current?.focus();
  actions.show({ panel: null, inserting: null, selected: [], selectedEdges: [], visit: null });
}

/** Copying and pasting as the browser does it, so that no permission is asked for. */
function useClipboard(root, actions) {
  useEffect(() => {
    const isOurs = () => root.current?.contains(document.activeElement) && !isField(document.activeElement);
    const copy = (event) => {
      if (!isOurs() || String(document.getSelection()).trim()) return;
      event.clipboardData.setData("text/plain", actions.copy());
      event.preventDefault();
    };
    const paste = (event) => {
      if (!isOurs()) return;
      event.preventDefault();
      actions.paste(event.clipboardData.getData("text/plain"));
    };
    document.addEventListener("copy", copy);
    document.addEventListener("paste", paste);
    return () => {
      document.removeEventListener("copy", copy);
      document.removeEventListener("paste", paste);
    };
  }, [root, actions]);
}
