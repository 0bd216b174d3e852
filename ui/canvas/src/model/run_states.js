/** How a run stands, node by node: what its items and attempts add up to. */

export const STATE_WORDS = { queued: "Queued", running: "Running", waiting: "Waiting", done: "Done", failed: "Failed", skipped: "Skipped" };
const ORDER = ["running", "waiting", "failed", "done", "skipped"];
const OVER = new Set(["success", "error", "cancelled", "timeout"]);

/** @returns {Map<string, {state: string, duration: number|null, attempts: number, count: number, failed: number, items: Object[]}>} */
export function nodeStates(run, blueprint) {
  const found = new Map();
  if (!run?.items) return found;
  const grouped = Map.groupBy ? Map.groupBy(run.items, (item) => item.id) : groups(run.items);
  const isOver = OVER.has(run.status);
  for (const node of blueprint.nodes) {
    const items = grouped.get(node.id);
    if (items) found.set(node.id, together(items));
    else if (node.type === "trigger") found.set(node.id, { state: run.status === "pending" ? "queued" : "done", duration: null, attempts: 1, count: 1, failed: 0, items: [] });
    else found.set(node.id, { state: isOver ? "skipped" : "queued", duration: null, attempts: 0, count: 0, failed: 0, items: [] });
  }
  return found;
}

function groups(items) {
  const found = new Map();
  for (const item of items) found.set(item.id, [...(found.get(item.id) ?? []), item]);
  return found;
}

function together(items) {
  const state = ORDER.find((each) => items.some((item) => item.state === each)) ?? "queued";
  const duration = items.reduce((sum, item) => sum + (item.duration ?? 0), 0);
  return {
    state, duration: items.some((item) => item.duration !== null && item.duration !== undefined) ? duration : null,
    attempts: Math.max(...items.map((item) => item.attempts)), count: items.length,
    failed: items.filter((item) => item.state === "failed").length, items,
  };
}

/** How often each edge was taken, by its id; edges that no run could have taken are left out. */
export function edgeCounts(run, blueprint) {
  const states = nodeStates(run, blueprint);
  const counts = new Map();
  if (!run?.items) return counts;
  for (const edge of blueprint.edges) {
    const source = states.get(edge.source);
    const target = states.get(edge.target);
    if (!source?.count) continue;
    const taken = edge.branch ? branchCount(source, target, edge.branch) : source.items.filter((item) => item.state === "done").length || (source.items.length ? 0 : Math.min(1, target?.count ?? 0));
    counts.set(edge.id, taken);
  }
  return counts;
}

function branchCount(source, target, branch) {
  const said = source.items.map((item) => saidBranch(item.output)).filter(Boolean);
  if (said.length) return said.filter((each) => each === branch).length;
  if (branch === "done") return source.items.filter((item) => item.state === "done").length;
  return branch === "each" ? target?.count ?? 0 : Math.min(source.count, target?.count ?? 0);
}

/** The branch that a step says it took: conditions, approvals and waits for events. */
function saidBranch(output) {
  if (!output || typeof output !== "object") return null;
  return [output.branch, output.decision, output.outcome].find((each) => typeof each === "string") ?? null;
}

export function durationText(seconds) {
  if (seconds === null || seconds === undefined) return "";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
