/**
 * The blueprint as data, and what is done to it: every function returns a new one.
 *
 * @typedef {{id: string, type: string, title?: string|null, data: Object, position: {x: number, y: number}}} Node
 * @typedef {{id: string, source: string, target: string, branch?: string|null}} Edge
 * @typedef {{schema: 1, name: string, nodes: Node[], edges: Edge[], settings?: Object}} Blueprint
 */

const BRANCHES = {
  condition: ["true", "false"],
  loop: ["each", "done"],
  approval: ["approved", "rejected", "expired"],
};

export const EMPTY = { schema: 1, name: "New workflow", nodes: [], edges: [], settings: {} };

/** The branch of a condition with cases when none of them holds. */
export const DEFAULT_CASE = "default";

/** The cases of a condition; null where it asks one thing only. */
export const casesOf = (node) => (node.type === "condition" && Array.isArray(node.data.params?.cases) ? node.data.params.cases : null);

/** The branches of which each edge out of a node names one. */
export function branchesOf(node) {
  const cases = casesOf(node);
  if (cases) return [...cases.map((each) => String(each?.name ?? "")), DEFAULT_CASE];
  if (node.type === "wait") return node.data.params?.event !== undefined ? ["received", "expired"] : [];
  return BRANCHES[node.type] ?? [];
}

export const nodeOf = (blueprint, id) => blueprint.nodes.find((node) => node.id === id);

/** An id that is free: words of a text, and a number where that is taken. */
export function freeId(text, taken) {
  const words = String(text).toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "").slice(0, 40);
  const stem = words || "step";
  if (!taken.has(stem) && !RESERVED.has(stem)) return stem;
  let number = 2;
  while (taken.has(`${stem}_${number}`)) number += 1;
  return `${stem}_${number}`;
}

const RESERVED = new Set(
  ("trigger_data item index run settings error as bool break bytes const continue double duration dyn else false for "
    + "function if import in int let list loop map matches max min namespace null null_type package return size string "
    + "timestamp true type uint var void while has all exists filter").split(" "),
);

const takenIds = (blueprint) => new Set(blueprint.nodes.map((node) => node.id));

export function edgeId(blueprint, source, target, branch) {
  const taken = new Set(blueprint.edges.map((edge) => edge.id));
  const stem = `${source}_${branch ? `${branch}_` : ""}${target}`.slice(0, 150);
  let id = stem;
  for (let number = 2; taken.has(id); number += 1) id = `${stem}_${number}`;
  return id;
}

/** With one more node; returns the blueprint and the node's id. */
export function withNode(blueprint, part, position) {
  const id = freeId(part.id ?? part.data?.task ?? part.type, takenIds(blueprint));
  const node = { ...part, id, data: { params: {}, ...part.data }, position: rounded(position) };
  return { blueprint: { ...blueprint, nodes: [...blueprint.nodes, node] }, id };
}

export function withEdge(blueprint, source, target, branch) {
  const edge = { id: edgeId(blueprint, source, target, branch), source, target };
  if (branch) edge.branch = branch;
  return { ...blueprint, edges: [...blueprint.edges, edge] };
}

/** A node between the two ends of an edge; what follows moves on to make room. */
export function withInserted(blueprint, edgeIdentity, part) {
  const edge = blueprint.edges.find((each) => each.id === edgeIdentity);
  const source = nodeOf(blueprint, edge.source);
  const target = nodeOf(blueprint, edge.target);
  const step = 300;
  const room = target.position.x - source.position.x < 2 * step - 40;
  const after = room ? followers(blueprint, edge.target, edge.source) : new Set();
  const moved = blueprint.nodes.map((node) =>
    after.has(node.id) ? { ...node, position: { x: node.position.x + step, y: node.position.y } } : node,
  );
  const place = { x: room ? target.position.x : (source.position.x + target.position.x) / 2, y: target.position.y };
  const added = withNode({ ...blueprint, nodes: moved }, part, place);
  const node = nodeOf(added.blueprint, added.id);
  const without = { ...added.blueprint, edges: blueprint.edges.filter((each) => each.id !== edge.id) };
  const first = withEdge(without, edge.source, added.id, edge.branch);
  return { blueprint: withEdge(first, added.id, edge.target, branchesOf(node)[0]), id: added.id };
}

function followers(blueprint, start, but) {
  const found = new Set();
  const waiting = [start];
  while (waiting.length) {
    const id = waiting.pop();
    if (found.has(id) || id === but) continue;
    found.add(id);
    for (const edge of blueprint.edges) if (edge.source === id) waiting.push(edge.target);
  }
  return found;
}

/** Without these nodes and edges; a step that is left between two plain edges leaves them joined. */
export function without(blueprint, nodeIds, edgeIds = []) {
  const gone = new Set(nodeIds);
  const cut = new Set(edgeIds);
  const nodes = blueprint.nodes.filter((node) => !gone.has(node.id));
  const edges = blueprint.edges.filter((edge) => !cut.has(edge.id) && !gone.has(edge.source) && !gone.has(edge.target));
  return { ...blueprint, nodes, edges };
}

/**
 * With a node changed by a function of it. Edges follow their branch: `ways` says under which name it goes on;
 * those of branches that are gone are cut.
 */
export function withChanged(blueprint, id, change, ways = new Map()) {
  const nodes = blueprint.nodes.map((node) => (node.id === id ? change(node) : node));
  const before = branchesOf(nodeOf(blueprint, id));
  const allowed = branchesOf(nodes.find((each) => each.id === id));
  if (String(before) === String(allowed) && !ways.size) return { ...blueprint, nodes };
  const renames = ways.size ? ways : renamedBranch(before, allowed);
  const taken = new Set();
  const edges = blueprint.edges.map((edge) => (edge.source === id ? followed(edge, allowed, renames) : edge)).filter((edge) => {
    if (!edge) return false;
    const way = `${edge.source}>${edge.target}:${edge.branch ?? ""}`;
    if (edge.source === id && taken.has(way)) return false;
    taken.add(way);
    return true;
  });
  return { ...blueprint, nodes, edges };
}

/** A branch that alone has another name now. */
function renamedBranch(before, after) {
  if (before.length !== after.length) return new Map();
  const changed = before.map((name, place) => [name, after[place]]).filter(([old, now]) => old !== now);
  return new Map(changed.length === 1 ? changed : []);
}

function followed(edge, allowed, renames) {
  const { branch, ...rest } = edge;
  if (!allowed.length) return rest;
  if (!branch) return { ...rest, branch: allowed[0] };
  const now = renames.get(branch) ?? branch;
  return allowed.includes(now) ? { ...rest, branch: now } : null;
}

export function withPositions(blueprint, places) {
  const moved = blueprint.nodes.some((node) => places.has(node.id) && !samePlace(node.position, rounded(places.get(node.id))));
  if (!moved) return blueprint;
  const nodes = blueprint.nodes.map((node) =>
    places.has(node.id) ? { ...node, position: rounded(places.get(node.id)) } : node,
  );
  return { ...blueprint, nodes };
}

/** Some nodes and the edges between them, as text for the clipboard. */
export function copied(blueprint, ids) {
  const chosen = new Set(ids);
  const nodes = blueprint.nodes.filter((node) => chosen.has(node.id));
  const edges = blueprint.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target));
  return JSON.stringify({ schema: 1, name: blueprint.name, nodes, edges }, null, 2);
}

/** With what was copied, under new ids; its templates name the new ids too. Null when it is no blueprint. */
export function pasted(blueprint, text, offset = 48) {
  let part;
  try {
    part = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(part?.nodes) || !part.nodes.length || !part.nodes.every(isNode)) return null;
  const taken = takenIds(blueprint);
  const names = new Map();
  for (const node of part.nodes) {
    const id = freeId(node.id, taken);
    taken.add(id);
    names.set(node.id, id);
  }
  const nodes = part.nodes.map((node) => ({
    ...node,
    id: names.get(node.id),
    data: renamed(node.data, names),
    position: { x: (node.position?.x ?? 0) + offset, y: (node.position?.y ?? 0) + offset },
  }));
  let result = { ...blueprint, nodes: [...blueprint.nodes, ...nodes] };
  for (const edge of part.edges ?? []) {
    if (names.has(edge.source) && names.has(edge.target))
      result = withEdge(result, names.get(edge.source), names.get(edge.target), edge.branch);
  }
  return { blueprint: result, ids: [...names.values()] };
}

const isNode = (node) => typeof node?.id === "string" && typeof node.type === "string" && node.data instanceof Object;

const WORD = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?<![\w.])[A-Za-z_]\w*/g;

function renamed(value, names, field = "") {
  if (typeof value === "string" && field === "condition") return value.replace(WORD, (word) => names.get(word) ?? word);
  if (typeof value === "string" && field === "fallback_action") return names.get(value) ?? value;
  if (typeof value === "string")
    return value.replace(/\{\{\s*([A-Za-z_]\w*)/g, (whole, root) =>
      names.has(root) ? whole.replace(root, names.get(root)) : whole,
    );
  if (Array.isArray(value)) return value.map((each) => renamed(each, names, field));
  if (value && typeof value === "object")
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, renamed(each, names, name)]));
  return value;
}

const samePlace = (a, b) => a.x === b.x && a.y === b.y;
const rounded = ({ x, y }) => ({ x: Math.round(x), y: Math.round(y) });
