/** The tidy order from left to right, by dagre. Loaded when it is first asked for. */
import { loopBodies } from "./flow.js";
import { WIDTH, heightOf } from "./layout.js";

export async function tidied(blueprint) {
  const { default: dagre } = await import("@dagrejs/dagre");
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: 36, ranksep: 88, marginx: 0, marginy: 0 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const node of blueprint.nodes) graph.setNode(node.id, { width: WIDTH, height: heightOf(node) });
  const bodies = loopBodies(blueprint);
  for (const edge of blueprint.edges)
    if (!bodies.get(edge.target)?.has(edge.source)) graph.setEdge(edge.source, edge.target, {}, edge.id);
  for (const node of blueprint.nodes) {
    const target = node.data.error_handling?.fallback_action;
    if (target && graph.hasNode(target)) graph.setEdge(node.id, target, {}, `${node.id} fails`);
  }
  dagre.layout(graph);
  const places = new Map();
  for (const node of blueprint.nodes) {
    const { x, y } = graph.node(node.id);
    places.set(node.id, { x: x - WIDTH / 2, y: y - heightOf(node) / 2 });
  }
  return places;
}
