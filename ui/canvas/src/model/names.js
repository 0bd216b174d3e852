/** The names that a node's templates and conditions may use, with what is known of their values. */
import { nodeOf } from "./blueprint.js";
import { taskOf } from "./catalogue.js";
import { available, loopsAround } from "./flow.js";
import { example, resolved } from "./schema.js";
import { valueAt } from "./templates.js";

const RUN = { type: "object", properties: { id: {}, started_at: {}, scheduled_for: {} } };

/** @returns {Array<{name: string, title: string, schema: Object, value: any}>} nearest first */
export function namesAt(blueprint, id, catalogue, samples) {
  const node = nodeOf(blueprint, id);
  if (!node || node.type === "trigger") return [];
  const upstream = available(blueprint, id).map((name) => nodeOf(blueprint, name));
  const found = [];
  const trigger = upstream.find((each) => each.type === "trigger");
  if (trigger) found.push(entry("trigger_data", "What started it", trigger, { catalogue, samples }));
  for (const each of upstream) if (each.type !== "trigger") found.push(entry(each.id, each.title, each, { catalogue, samples }));
  const [loop] = loopsAround(blueprint, id);
  if (loop) {
    const items = itemsOf(nodeOf(blueprint, loop), found);
    found.unshift({ name: "item", title: "The item of this turn", schema: {}, value: items?.[0] });
    found.push({ name: "index", title: "The turn, from 0", schema: { type: "integer" }, value: 0 });
  }
  if (isFallback(blueprint, id)) found.push({ name: "error", title: "Why the step before failed", schema: ERROR, value: { node_id: "step", type: "ProviderFailed", message: "The service refused it." } });
  found.push({ name: "run", title: "The run", schema: RUN, value: { id: "…", started_at: "2026-01-01T09:00:00Z" } });
  found.push({ name: "settings", title: "The workflow’s settings", schema: {}, value: blueprint.settings ?? {} });
  return found;
}

const ERROR = { type: "object", properties: { node_id: {}, type: {}, message: {} } };
const fields = (properties) => ({ type: "object", properties });
const isFallback = (blueprint, id) => blueprint.nodes.some((node) => node.data.error_handling?.on_failure === "fallback" && node.data.error_handling.fallback_action === id);

function entry(name, title, node, { catalogue, samples }) {
  const schema = outputSchema(node, catalogue);
  const sampled = samples[node.id] ?? taskOf(catalogue, node)?.sample;
  return { name, title: title || taskOf(catalogue, node)?.title || node.id, schema, value: sampled ?? example(schema, schema) };
}

function itemsOf(loop, names) {
  const path = /^\{\{\s*([\w.]+)\s*\}\}$/.exec(loop.data.params?.items ?? "");
  if (!path) return Array.isArray(loop.data.params?.items) ? loop.data.params.items : undefined;
  return valueAt(sampleState(names), path[1].split("."));
}

export function outputSchema(node, catalogue) {
  const task = taskOf(catalogue, node);
  if (task) return task.result ?? {};
  if (node.type === "loop") return { type: "array", items: { type: "object", properties: { status: {}, data: {}, error: {} } } };
  if (node.type === "agent") return fields({ text: { type: "string", description: "Its answer" }, ...(node.data.params?.output_schema ? { data: node.data.params.output_schema } : {}) });
  if (node.type === "condition") return fields({ branch: { type: "string", description: "The way it took" } });
  if (node.type === "approval") return fields({ decision: { enum: ["approved", "rejected", "expired"], examples: ["approved"] }, comment: { type: "string" }, votes: { type: "array" }, edits: { type: "object" }, values: { type: "object" } });
  if (node.type === "wait") return node.data.params?.event === undefined ? fields({ until: { type: "string" } }) : fields({ outcome: { enum: ["received", "expired"], examples: ["received"] }, data: {} });
  return {};
}

export const sampleState = (names) => Object.fromEntries(names.map(({ name, value }) => [name, value]));

/** Every path that begins with what was typed: names, and fields out of schemas and samples. */
export function completions(names, typed, most = 40) {
  const found = [];
  for (const { name, title, schema, value } of names) walk(found, { path: name, title, schema, value, root: schema }, 0);
  const wanted = typed.toLowerCase();
  const starts = found.filter((each) => each.path.toLowerCase().startsWith(wanted));
  const inside = found.filter((each) => !starts.includes(each) && each.path.toLowerCase().includes(wanted));
  return [...starts, ...inside].slice(0, most);
}

function walk(found, place, depth) {
  found.push({ path: place.path, title: place.title, value: place.value });
  if (depth >= 3) return;
  const schema = resolved(place.schema, place.root);
  if (Array.isArray(place.value) && place.value.length) {
    walk(found, { ...place, path: `${place.path}.0`, title: "The first", schema: schema.items ?? {}, value: place.value[0] }, depth + 1);
    return;
  }
  const sample = place.value && typeof place.value === "object" ? place.value : {};
  const fields = new Set([...Object.keys(schema.properties ?? {}), ...Object.keys(sample)]);
  for (const field of fields) {
    if (!/^[\w-]+$/.test(field)) continue;
    const inner = schema.properties?.[field] ?? {};
    const title = inner.description ?? "";
    walk(found, { path: `${place.path}.${field}`, title, schema: inner, value: sample[field], root: place.root }, depth + 1);
  }
}
