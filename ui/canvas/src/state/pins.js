/** Pinned outputs: kept in this browser, for each workflow, so that no test data gets into versions, shares or templates. */

const MOST_CHARACTERS = 512 * 1024;
const nameOf = (id) => `goldenpath:pins:${id}`;

export function pinsOf(store, id) {
  const keep = (pins) => {
    store.set({ pins });
    if (!id) return;
    try {
      if (Object.keys(pins).length) localStorage.setItem(nameOf(id), JSON.stringify(pins));
      else localStorage.removeItem(nameOf(id));
    } catch {
      store.set({ notice: { text: "This browser keeps no more: what is pinned is lost when the page is left.", tone: "error" } });
    }
  };
  store.set({ pins: kept(id) });
  return {
    /** Undefined unpins. Says why not, when it cannot be. */
    pin(node, output) {
      const pins = { ...store.get().pins };
      delete pins[node];
      if (output !== undefined) pins[node] = output;
      if (JSON.stringify(pins).length > MOST_CHARACTERS) return "This is too large to be pinned: 512 KB together at most.";
      keep(pins);
      return "";
    },
    clear: () => keep({}),
    /** Those of nodes that are still there. */
    current() {
      const { pins, blueprint } = store.get();
      const there = new Set(blueprint.nodes.filter((node) => node.type !== "trigger").map((node) => node.id));
      return Object.fromEntries(Object.entries(pins).filter(([node]) => there.has(node)));
    },
  };
}

function kept(id) {
  try {
    const found = id ? JSON.parse(localStorage.getItem(nameOf(id)) ?? "{}") : {};
    return found && typeof found === "object" && !Array.isArray(found) ? found : {};
  } catch {
    return {};
  }
}
