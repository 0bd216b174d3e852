import { Background, Controls, MiniMap, Panel, ReactFlow, ReactFlowProvider, useReactFlow, useStoreApi } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { branchesOf, nodeOf } from "../model/blueprint.js";
import { titleOf } from "../model/catalogue.js";
import { WIDTH, handleTop, heightOf } from "../model/layout.js";
import { useActions, useStore } from "../state/context.jsx";
import { Bodies } from "./Bodies.jsx";
import { Card } from "./Card.jsx";
import { Way } from "./Way.jsx";
import { useShown } from "./derived.js";

const NODE_TYPES = { step: Card };
const EDGE_TYPES = { way: Way };
/** More than these, and only what is in view is in the page. */
const MANY = 100;
export const PART = "application/x-goldenpath-step";

export function Graph() {
  return (
    <ReactFlowProvider>
      <Flow />
    </ReactFlowProvider>
  );
}

function Flow() {
  const { blueprint: shown, change, isFixed } = useShown();
  const actions = useActions();
  const [dragged, setDragged] = useState(null);
  const nodes = useNodes(shown, change, dragged);
  const edges = useEdges(shown, change, !isFixed);
  const { screenToFlowPosition } = useReactFlow();
  useViewport(shown);
  useUncovered(shown);

  const isDragging = useRef(false);
  const changed = useChanges(setDragged, isDragging);
  const started = useCallback(() => { isDragging.current = true; }, []);
  const stopped = useCallback((_event, _node, moved) => {
    isDragging.current = false;
    setDragged(null);
    actions.move(new Map(moved.map((node) => [node.id, node.position])));
  }, [actions]);
  const drop = (event) => {
    const text = event.dataTransfer.getData(PART);
    if (!text) return;
    event.preventDefault();
    const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
    actions.show({ inserting: null, extending: null });
    actions.add(JSON.parse(text), { x: at.x - WIDTH / 2, y: at.y - 28 });
  };
  return (
    <div className="gpc-graph" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <ReactFlow
        nodes={nodes} edges={edges} nodeTypes={NODE_TYPES} edgeTypes={EDGE_TYPES}
        onNodesChange={changed} onEdgesChange={useEdgeChanges()} onNodeDragStart={started} onNodeDragStop={stopped} onSelectionDragStart={started} onSelectionDragStop={(event, moved) => stopped(event, null, moved)}
        onConnect={({ source, target, sourceHandle }) => actions.connect(source, target, sourceHandle)}
        onNodeClick={(_event, node) => actions.show({ panel: "inspector", shownNode: node.id })}
        nodesDraggable={!isFixed} nodesConnectable={!isFixed} connectionRadius={36} deleteKeyCode={null} multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        onlyRenderVisibleElements={nodes.length > MANY} minZoom={0.1} maxZoom={1.6} proOptions={{ hideAttribution: true }}
        ariaLabelConfig={{ "node.a11yDescription.default": "Press Enter to select this step, the arrow keys to move it and Delete to remove it.", "node.a11yDescription.keyboardDisabled": "Press Enter to select this step." }}
      >
        <Background gap={24} size={1} />
        <Bodies blueprint={shown} />
        <Controls showInteractive={false} position="bottom-left" />
        {nodes.length > 0 && <MiniMap pannable zoomable position="bottom-right" ariaLabel="Map of the workflow" nodeColor="var(--gpc-neutral)" />}
        {!nodes.length && <Panel position="top-center" className="gpc-empty-hint">Choose a trigger on the left, or describe the workflow in a sentence above.</Panel>}
      </ReactFlow>
    </div>
  );
}

/** React Flow's nodes; one that did not change stays the same object. */
function useNodes(blueprint, change, dragged) {
  const selected = useStore((state) => state.selected);
  const catalogue = useStore((state) => state.catalogue);
  const kept = useRef(new Map());
  const ways = useMemo(() => waysOut(blueprint.edges), [blueprint.edges]);
  return useMemo(() => {
    const chosen = new Set(selected);
    const next = new Map();
    const nodes = blueprint.nodes.map((node) => {
      const position = dragged?.get(node.id) ?? node.position;
      const inputs = [node, chosen.has(node.id), position, change?.nodes.get(node.id), catalogue, ways.get(node.id) ?? ""];
      const last = kept.current.get(node.id);
      const found = last?.inputs.every((input, place) => input === inputs[place]) ? last : { inputs, node: flowNode(inputs) };
      next.set(node.id, found);
      return found.node;
    });
    kept.current = next;
    return nodes;
  }, [blueprint.nodes, ways, change, dragged, selected, catalogue]);
}

/** The branches of each node that lead somewhere, as a text that compares. */
function waysOut(edges) {
  const found = new Map();
  for (const edge of edges) found.set(edge.source, `${found.get(edge.source) ?? ""}\n${edge.branch ?? ""}`);
  return found;
}

function flowNode([node, isSelected, position, change, catalogue, ways]) {
  const led = new Set(ways.split("\n").slice(1));
  const height = heightOf(node);
  const handle = (type, side, y, id = null) => ({ id, type, position: side, x: side === "left" ? -6 : WIDTH - 6, y: y - 6, width: 12, height: 12 });
  const branches = branchesOf(node);
  const sources = branches.length ? branches.map((branch, place) => handle("source", "right", handleTop(place), branch)) : [handle("source", "right", 28)];
  const handles = node.type === "trigger" ? sources : [handle("target", "left", 28), ...sources];
  return {
    id: node.id, type: "step", position, selected: isSelected, data: { node, change, open: new Set((branches.length ? branches : [null]).filter((branch) => !led.has(branch ?? ""))) }, handles,
    width: WIDTH, height, measured: { width: WIDTH, height }, ariaLabel: `${titleOf(catalogue, node)}, ${node.type} ${node.id}`,
  };
}

function useEdges(blueprint, change, canInsert) {
  const selected = useStore((state) => state.selectedEdges);
  return useMemo(() => {
    const added = new Set(change?.added.map((edge) => edge.id));
    const gone = new Set(change?.removed.map((edge) => edge.id));
    return blueprint.edges.filter((edge) => nodeOf(blueprint, edge.source) && nodeOf(blueprint, edge.target)).map((edge) => {
      const mark = added.has(edge.id) ? "added" : gone.has(edge.id) || edge.id.endsWith("_before") ? "removed" : undefined;
      return {
        id: edge.id, source: edge.source, target: edge.target, sourceHandle: edge.branch ?? null, type: "way", selected: selected.includes(edge.id),
        className: mark ? `gpc-edge-${mark}` : undefined, markerEnd: { type: "arrowclosed", width: 16, height: 16 },
        data: { branch: edge.branch ?? undefined, change: mark, canInsert }, ariaLabel: `From ${edge.source} to ${edge.target}${edge.branch ? `, ${edge.branch}` : ""}`,
      };
    });
  }, [blueprint, change, selected, canInsert]);
}

function useChanges(setDragged, isDragging) {
  const { show, move } = useActions();
  const selected = useRef([]);
  selected.current = useStore((state) => state.selected);
  return useCallback((changes) => {
    const moves = changes.filter((each) => each.type === "position" && each.position);
    const live = isDragging.current ? moves : moves.filter((each) => each.dragging);
    if (live.length) setDragged((before) => new Map([...(before ?? []), ...live.map((each) => [each.id, each.position])]));
    // The arrow keys move without dragging.
    const steps = moves.filter((each) => !live.includes(each));
    if (steps.length) move(new Map(steps.map((each) => [each.id, each.position])));
    const picks = changes.filter((each) => each.type === "select");
    if (!picks.length) return;
    const chosen = new Set(selected.current);
    for (const pick of picks) pick.selected ? chosen.add(pick.id) : chosen.delete(pick.id);
    selected.current = [...chosen];
    show((state) => ({ selected: [...chosen], panel: chosen.size ? "inspector" : state.panel === "inspector" ? null : state.panel, visit: null }));
  }, [show, move, setDragged, isDragging]);
}

function useEdgeChanges() {
  const { show } = useActions();
  return useCallback((changes) => {
    const picks = changes.filter((each) => each.type === "select");
    if (picks.length)
      show((state) => {
        const chosen = new Set(state.selectedEdges);
        for (const pick of picks) pick.selected ? chosen.add(pick.id) : chosen.delete(pick.id);
        return { selectedEdges: [...chosen] };
      });
  }, [show]);
}

/** A panel that opens takes room: the step that it is about stays in view. */
function useUncovered(blueprint) {
  const panel = useStore((state) => state.panel);
  const chosen = useStore((state) => (state.selected.length === 1 ? state.selected[0] : null));
  const { getViewport, setViewport } = useReactFlow();
  const flow = useStoreApi();
  useEffect(() => {
    const node = panel && chosen && nodeOf(blueprint, chosen);
    if (!node) return undefined;
    const timer = setTimeout(() => {
      const { x, y, zoom } = getViewport();
      const over = (node.position.x + WIDTH) * zoom + x + MARGIN - flow.getState().width;
      if (over > 0) void setViewport({ x: x - over, y, zoom }, { duration: reducesMotion() ? 0 : 160 });
    }, RESIZED_MS);
    return () => clearTimeout(timer);
    // Not while it is edited or moved.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [panel, chosen]);
}

/** Everything in view after loading, tidying and accepting; one node when it is looked for. */
function useViewport(blueprint) {
  const fitting = useStore((state) => state.fitting);
  const centred = useStore((state) => state.centred);
  const { fitView, setCenter, getZoom } = useReactFlow();
  const isFirst = useRef(true);
  const isDrafting = useStore((state) => state.proposal !== null || Boolean(state.overlay) || state.viewed !== null);
  useEffect(() => {
    const fit = (duration) => void fitView({ padding: 0.15, maxZoom: 1, duration });
    if (isFirst.current) {
      isFirst.current = false;
      fit(0);
      return undefined;
    }
    // A panel may come or go with it: the canvas has its new size a moment later.
    const timer = setTimeout(fit, RESIZED_MS, reducesMotion() ? 0 : 160);
    return () => clearTimeout(timer);
  }, [fitting, isDrafting, fitView]);
  useEffect(() => {
    const node = centred && nodeOf(blueprint, centred.id);
    if (!node) return;
    void setCenter(node.position.x + WIDTH / 2, node.position.y + heightOf(node) / 2, { zoom: Math.max(getZoom(), 0.7), duration: reducesMotion() ? 0 : 160 });
    // Only when somebody asks for it: it must not jump while the node is edited.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [centred]);
}

const RESIZED_MS = 50;
const MARGIN = 24;
const reducesMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
