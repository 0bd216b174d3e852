import { useEffect } from "react";
import { useMount } from "../state/context.jsx";

const isField = (element) => Boolean(element?.closest?.("input, textarea, select, [contenteditable]"));

/** The keys, which count only while the focus is in the canvas and not in a field of it. */
export function useShortcuts(root, view, onView) {
  const { store, actions, api, pinning } = useMount();
  useClipboard(root, actions);
  return (event) => {
    const isCommand = event.ctrlKey || event.metaKey;
    const key = event.key.toLowerCase();
    if (isCommand && key === "k") return taken(event, () => actions.show({ dialog: "find" }));
    if (event.key === "Escape") return leave(store, actions, root);
    if (isField(event.target) || store.get().dialog) return undefined;
    const isFixed = store.get().proposal || store.get().overlay || store.get().viewed || store.get().isReadOnly;
    const command = isCommand ? COMMANDS[event.shiftKey ? `shift ${key}` : key] : event.altKey ? null : KEYS[key];
    if (!command || (!api && NEEDS_API.has(command)) || (isFixed && command !== "help")) return undefined;
    const act = { ...actions, help: () => actions.show({ dialog: "help" }), palette: () => actions.show({ panel: "palette" }), test: () => actions.show({ panel: "run" }), here: () => hereOf(store, actions), pin: () => pinOf(store, actions, pinning), view: () => onView(view === "outline" ? "canvas" : "outline") }[command];
    return taken(event, () => act());
  };
}

/** The selected step, where a test can end at it. */
function chosenStep(store) {
  const { selected, blueprint } = store.get();
  return selected.length === 1 ? blueprint.nodes.find((node) => node.id === selected[0] && node.type !== "trigger") : undefined;
}

function hereOf(store, actions) {
  const node = chosenStep(store);
  actions.show({ until: node?.id ?? null, panel: "run" });
}

function pinOf(store, actions, pinning) {
  const node = chosenStep(store);
  if (!node) return;
  const { pins, samples } = store.get();
  const isPinned = node.id in pins;
  if (!isPinned && samples[node.id] === undefined) return actions.notify("Run this step once: then there is an output to pin.", "error");
  const reason = pinning.pin(node.id, isPinned ? undefined : samples[node.id]);
  actions.notify(reason || (isPinned ? "Unpinned: tests do this step again." : "Pinned: tests take its output, and do not do it."), reason ? "error" : "done");
}

const NEEDS_API = new Set(["test", "here", "pin"]);
const COMMANDS = { z: "undo", "shift z": "redo", y: "redo", a: "selectAll", d: "duplicate" };
const KEYS = { delete: "remove", backspace: "remove", "?": "help", a: "palette", t: "tidy", o: "view", r: "test", e: "here", p: "pin" };

function taken(event, act) {
  event.preventDefault();
  act();
}

function leave(store, actions, root) {
  const { panel, dialog } = store.get();
  if (dialog) return;
  if (panel) root.current?.focus();
  actions.show({ panel: null, inserting: null, extending: null, selected: [], selectedEdges: [], visit: null });
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
