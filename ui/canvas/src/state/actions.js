/** Everything that people do to the blueprint, each one step of undo. */
import { branchesOf, copied, nodeOf, pasted, withChanged, withEdge, withInserted, withNode, withPositions, without } from "../model/blueprint.js";
import { partly } from "../model/diff.js";
import { refusal } from "../model/flow.js";
import { WIDTH } from "../model/layout.js";
import { tidied } from "../model/tidying.js";

export function actionsOf(store) {
  const get = store.get;
  const select = (selected, more = {}) => store.set({ selected, selectedEdges: [], panel: selected.length ? "inspector" : null, ...more });
  const notify = (text, tone = "info") => store.set({ notice: text ? { text, tone, at: Date.now() } : null });

  /** Where a new node goes: behind the selected one, or right of everything. */
  function placeFor(blueprint, from) {
    if (from) return free(blueprint, { x: from.position.x + WIDTH + 88, y: from.position.y });
    const right = Math.max(-WIDTH - 88, ...blueprint.nodes.map((node) => node.position.x));
    return free(blueprint, { x: right + WIDTH + 88, y: blueprint.nodes.at(-1)?.position.y ?? 0 });
  }

  function add(part, position = null) {
    const { blueprint, selected, inserting, extending } = get();
    if (inserting) return insert(inserting, part);
    const source = extending?.source ?? (selected.length === 1 ? selected[0] : null);
    const from = position === null && source ? nodeOf(blueprint, source) : null;
    let id;
    store.edit((before) => {
      const added = withNode(before, part, position ?? placeFor(before, from));
      id = added.id;
      const branch = from && (extending ? extending.branch : openBranch(before, from));
      const joins = from && part.type !== "trigger" && branch !== undefined && !refusal(added.blueprint, from.id, id, branch);
      return joins ? withEdge(added.blueprint, from.id, id, branch) : added.blueprint;
    });
    select([id], { extending: null, centred: position === null ? { id, at: Date.now() } : null });
    return id;
  }

  function insert(edge, part) {
    if (part.type === "trigger") return void notify("A trigger begins a workflow: it cannot stand between two steps.", "error");
    let id;
    store.edit((before) => {
      const added = withInserted(before, edge, part);
      id = added.id;
      return added.blueprint;
    });
    select([id], { inserting: null });
    return id;
  }

  function connect(source, target, branch) {
    const from = nodeOf(get().blueprint, source);
    const way = branch ?? branchesOf(from)[0] ?? null;
    const reason = refusal(get().blueprint, source, target, way);
    if (reason) notify(reason, "error");
    else store.edit((before) => withEdge(before, source, target, way));
    return !reason;
  }

  function remove(nodes = get().selected, edges = get().selectedEdges) {
    if (!nodes.length && !edges.length) return;
    store.edit((before) => without(before, nodes, edges), { selected: [], selectedEdges: [], panel: null });
  }

  function paste(text) {
    const found = pasted(get().blueprint, text);
    if (!found) return void notify("The clipboard holds no steps of a workflow.", "error");
    store.edit(() => found.blueprint);
    select(found.ids);
  }

  return {
    select, notify, add, insert, connect, remove, paste,
    copy: () => copied(get().blueprint, get().selected),
    duplicate: () => get().selected.length && paste(copied(get().blueprint, get().selected)),
    selectAll: () => select(get().blueprint.nodes.map((node) => node.id)),
    async tidy() {
      try {
        const places = await tidied(get().blueprint);
        store.edit((before) => withPositions(before, places), { fitting: get().fitting + 1 });
      } catch {
        notify("The steps could not be put in order: a part of the page could not be loaded. Try again.", "error");
      }
    },
    move: (places) => store.edit((before) => withPositions(before, places)),
    /** `visit` names the field: all that is typed there before another is one step. */
    change: (id, change, visit, ways) => store.edit((before) => withChanged(before, id, change, ways), { visit: visit && `${id} ${visit}` }),
    /** The settings of the whole workflow. */
    changeSettings: (settings, visit) => store.edit((before) => ({ ...before, settings }), { visit: visit && `settings ${visit}` }),
    rename: (name) => store.edit((before) => ({ ...before, name }), { visit: "name" }),
    settle: () => store.set({ visit: null }),
    cutEdge: (id) => store.edit((before) => without(before, [], [id]), { selectedEdges: [] }),
    undo: store.undo,
    redo: store.redo,
    focus: (id, field = null) => store.set({ selected: [id], selectedEdges: [], panel: "inspector", focusField: field && { field, at: Date.now() }, centred: { id, at: Date.now() } }),
    show: (change) => store.set(change),
    accept(ids = null) {
      const { proposal, blueprint, fitting } = get();
      const after = ids ? partly(blueprint, proposal.blueprint, ids) : proposal.blueprint;
      store.edit(() => after, { proposal: null, selected: [], fitting: fitting + 1 });
    },
    reject: () => store.set({ proposal: null, fitting: get().fitting + 1 }),
  };
}

/** The branch that leads nowhere yet; null for nodes without, undefined when all lead somewhere. */
function openBranch(blueprint, node) {
  const branches = branchesOf(node);
  if (!branches.length) return null;
  return branches.find((branch) => !blueprint.edges.some((edge) => edge.source === node.id && edge.branch === branch));
}

function free(blueprint, place) {
  const found = { ...place };
  const clashes = () => blueprint.nodes.some(({ position }) => Math.abs(position.x - found.x) < 60 && Math.abs(position.y - found.y) < 60);
  while (clashes()) found.y += 140;
  return found;
}
