/** How two blueprints differ, node by node and edge by edge. */

const same = (a, b) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (!value || typeof value !== "object") return value;
  return Object.fromEntries(Object.keys(value).sort().filter((name) => value[name] !== null && value[name] !== undefined).map((name) => [name, sorted(value[name])]));
}

const meaning = ({ position: _position, ...rest }) => rest;
const way = (edge) => `${edge.source}>${edge.target}:${edge.branch ?? ""}`;

/** @returns {{nodes: Map<string, string>, fields: Map<string, string[]>, added: Object[], removed: Object[], isEmpty: boolean}} */
export function difference(before, after) {
  const nodes = new Map();
  const fields = new Map();
  const old = new Map(before.nodes.map((node) => [node.id, node]));
  for (const node of after.nodes) {
    const was = old.get(node.id);
    if (!was) nodes.set(node.id, "added");
    else if (!same(meaning(was), meaning(node))) {
      nodes.set(node.id, "changed");
      fields.set(node.id, changedFields(was, node));
    }
  }
  const kept = new Set(after.nodes.map((node) => node.id));
  for (const node of before.nodes) if (!kept.has(node.id)) nodes.set(node.id, "removed");
  const oldWays = new Set(before.edges.map(way));
  const newWays = new Set(after.edges.map(way));
  const added = after.edges.filter((edge) => !oldWays.has(way(edge)));
  const removed = before.edges.filter((edge) => !newWays.has(way(edge)));
  const settings = !same(before.settings ?? {}, after.settings ?? {}) || before.name !== after.name;
  return { nodes, fields, added, removed, settings, isEmpty: !nodes.size && !added.length && !removed.length && !settings };
}

function changedFields(was, node) {
  const found = [];
  if ((was.title ?? "") !== (node.title ?? "")) found.push("title");
  if (was.type !== node.type) found.push("type");
  const names = new Set([...Object.keys(was.data.params ?? {}), ...Object.keys(node.data.params ?? {})]);
  for (const name of names) if (!same(was.data.params?.[name] ?? null, node.data.params?.[name] ?? null)) found.push(name);
  for (const name of ["service", "task", "connection", "error_handling"])
    if (!same(was.data[name] ?? null, node.data[name] ?? null)) found.push(name.replace("_", " "));
  return found;
}

/** Both blueprints in one, so that what goes is still seen. */
export function union(before, after) {
  const kept = new Set(after.nodes.map((node) => node.id));
  const ways = new Set(after.edges.map(way));
  const ids = new Set(after.edges.map((edge) => edge.id));
  const edges = before.edges.filter((edge) => !ways.has(way(edge))).map((edge) => (ids.has(edge.id) ? { ...edge, id: `${edge.id}_before` } : edge));
  return { ...after, nodes: [...after.nodes, ...before.nodes.filter((node) => !kept.has(node.id))], edges: [...after.edges, ...edges] };
}

/** The base with some of a proposal's changes of nodes; edges come and go with their ends. */
export function partly(base, proposal, accepted) {
  const wanted = new Map(proposal.nodes.map((node) => [node.id, node]));
  const known = new Set(base.nodes.map((node) => node.id));
  const kept = base.nodes.filter((node) => wanted.has(node.id) || !accepted.has(node.id));
  const nodes = kept.map((node) => (accepted.has(node.id) && wanted.has(node.id) ? wanted.get(node.id) : node));
  nodes.push(...proposal.nodes.filter((node) => !known.has(node.id) && accepted.has(node.id)));
  const there = new Set(nodes.map((node) => node.id));
  const change = difference(base, proposal);
  const touched = (edge) => accepted.has(edge.source) || accepted.has(edge.target) || (!change.nodes.has(edge.source) && !change.nodes.has(edge.target) && accepted.size === change.nodes.size);
  const gone = new Set(change.removed.filter(touched).map(way));
  const edges = [...base.edges.filter((edge) => !gone.has(way(edge))), ...change.added.filter(touched)];
  const whole = accepted.size === change.nodes.size;
  return { ...(whole ? proposal : base), nodes, edges: edges.filter((edge) => there.has(edge.source) && there.has(edge.target)) };
}

export const WORDS = { added: "Added", changed: "Changed", removed: "Removed" };

export function summary(change) {
  const count = (kind) => [...change.nodes.values()].filter((each) => each === kind).length;
  const parts = Object.keys(WORDS).map((kind) => [count(kind), kind]).filter(([n]) => n).map(([n, kind]) => `${n} step${n === 1 ? "" : "s"} ${kind}`);
  const edges = change.added.length + change.removed.length;
  if (edges) parts.push(`${edges} connection${edges === 1 ? "" : "s"} changed`);
  if (change.settings) parts.push("settings changed");
  return parts.join(", ") || "No difference";
}
