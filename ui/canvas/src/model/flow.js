/** The way through a blueprint: what comes before what, and which connections are refused. */
import { branchesOf, nodeOf } from "./blueprint.js";

/** The nodes of each loop's body, by the loop's id. */
export function loopBodies(blueprint) {
  const bodies = new Map();
  for (const node of blueprint.nodes) {
    if (node.type !== "loop") continue;
    const starts = blueprint.edges.filter((edge) => edge.source === node.id && edge.branch === "each");
    bodies.set(node.id, reached(blueprint, starts.map((edge) => edge.target), node.id));
  }
  return bodies;
}

/** These nodes and all behind them; the way does not lead through `but`. */
export function reached(blueprint, starts, but) {
  const next = outgoing(blueprint);
  const found = new Set();
  const waiting = starts.filter((id) => id !== but);
  while (waiting.length) {
    const id = waiting.pop();
    if (found.has(id)) continue;
    found.add(id);
    for (const target of next.get(id) ?? []) if (target !== but) waiting.push(target);
  }
  return found;
}

function outgoing(blueprint) {
  const next = new Map(blueprint.nodes.map((node) => [node.id, []]));
  for (const edge of blueprint.edges) next.get(edge.source)?.push(edge.target);
  for (const node of blueprint.nodes) {
    const handling = node.data.error_handling;
    if (handling?.on_failure === "fallback" && next.has(handling.fallback_action))
      next.get(node.id).push(handling.fallback_action);
  }
  return next;
}

/** The nodes whose outputs a node may use, nearest first. */
export function available(blueprint, id) {
  const bodies = loopBodies(blueprint);
  const before = new Map(blueprint.nodes.map((node) => [node.id, []]));
  for (const [source, targets] of outgoing(blueprint))
    for (const target of targets) if (!bodies.get(target)?.has(source)) before.get(target)?.push(source);
  const found = new Set();
  const waiting = [...(before.get(id) ?? [])];
  while (waiting.length) {
    const name = waiting.shift();
    if (found.has(name)) continue;
    found.add(name);
    waiting.push(...before.get(name));
  }
  found.delete(id);
  for (const [loop, body] of bodies) {
    if (body.has(id)) found.delete(loop);
    else for (const inner of body) found.delete(inner);
  }
  return [...found];
}

export const loopsAround = (blueprint, id) =>
  [...loopBodies(blueprint)].filter(([, body]) => body.has(id)).map(([loop]) => loop);

/** Why two nodes cannot be connected; empty when they can. */
export function refusal(blueprint, source, target, branch) {
  const from = nodeOf(blueprint, source);
  const to = nodeOf(blueprint, target);
  if (!from || !to) return "One of the two steps is gone.";
  if (source === target) return "A step cannot lead to itself.";
  if (to.type === "trigger") return "A trigger is where the workflow starts: nothing can lead to it.";
  const allowed = branchesOf(from);
  const way = allowed.length ? branch ?? allowed[0] : null;
  if (blueprint.edges.some((e) => e.source === source && e.target === target && (e.branch ?? null) === way))
    return "These steps are connected in this way already.";
  const bodies = loopBodies(blueprint);
  const isReturn = bodies.get(target)?.has(source);
  if (!isReturn && reached(blueprint, [target]).has(source))
    return "This would lead round in a circle. Use a loop to repeat steps.";
  return bodyRefusal(blueprint, bodies, { source, target, way });
}

function bodyRefusal(blueprint, bodies, { source, target, way }) {
  for (const [loop, body] of bodies) {
    const title = titleOf(nodeOf(blueprint, loop));
    if (source === loop) {
      if (way === "done" && body.has(target)) return `This step is done for each item of “${title}”, not after it.`;
      if (way === "each" && !body.has(target) && entered(blueprint, target, loop))
        return `This step is reached from outside “${title}”: it cannot be done for each item too.`;
      continue;
    }
    if (target === loop) continue;
    if (body.has(source) && !body.has(target) && entered(blueprint, target, null))
      return `The steps for each item end there. Go on from “done” of “${title}”.`;
    if (!body.has(source) && body.has(target)) return `This step belongs to the loop “${title}”: enter it by “each”.`;
  }
  return "";
}

const entered = (blueprint, id, but) => blueprint.edges.some((edge) => edge.target === id && edge.source !== but);
const titleOf = (node) => node.title || node.id;
