import { branchesOf, nodeOf } from "../model/blueprint.js";
import { KINDS, factsOf, summaryOf, titleOf } from "../model/catalogue.js";
import { loopsAround } from "../model/flow.js";
import { useActions, useMount, useStore } from "../state/context.jsx";
import { Standing } from "./Card.jsx";
import { useShown, useStates } from "./derived.js";
import { Icon, IconButton, iconOf } from "./icons.jsx";
import { NodeForm } from "./Inspector.jsx";
import { NodeRun } from "./NodeRun.jsx";
import { PinButton, RunToHere } from "./NodeTools.jsx";

/** The workflow as a list, with the same forms: everything can be done here without a pointer. */
export function Outline() {
  const { blueprint: shown, change, isFixed } = useShown();
  const { show } = useActions();
  return (
    <div className="gpc-outline" data-testid="outline">
      {!shown.nodes.length && <p className="gpc-quiet">No steps yet. Add a trigger, or describe the workflow in a sentence above.</p>}
      <ol>{ordered(shown).map((node) => <Row key={node.id} node={node} depth={loopsAround(shown, node.id).length} change={change?.nodes.get(node.id)} isCompared={change !== undefined} isFixed={isFixed} />)}</ol>
      {!isFixed && <button type="button" className="gpc-button" onClick={() => show({ panel: "palette", selected: [], inserting: null, extending: null })}><Icon name="plus" />Add a step</button>}
    </div>
  );
}

function Row({ node, depth, change, isCompared, isFixed }) {
  const catalogue = useStore((state) => state.catalogue);
  const { blueprint } = useShown();
  const { api } = useMount();
  const isPinned = useStore((state) => node.id in state.pins);
  const isOpen = useStore((state) => state.selected.length === 1 && state.selected[0] === node.id);
  const problems = useStore((state) => state.problems).filter((problem) => problem.node_id === node.id);
  const state = useStates().get(node.id);
  const { show, select, remove, settle } = useActions();
  const ways = blueprint.edges.filter((edge) => edge.source === node.id).map((edge) => `${edge.branch ? `${edge.branch}: ` : ""}${titleOf(catalogue, nodeOf(blueprint, edge.target) ?? node)}`);
  const toggle = () => {
    settle();
    select(isOpen ? [] : [node.id], { panel: null });
  };
  return (
    <li className="gpc-outline-row" data-testid={`node-${node.id}`} data-state={state?.state ?? "idle"} data-change={change} style={{ marginInlineStart: depth * 20 }}>
      <div className="gpc-outline-head">
        <button type="button" aria-expanded={isOpen} onClick={toggle} disabled={isCompared}>
          <span className="gpc-card-icon"><Icon name={iconOf(node)} size={18} /></span>
          <span className="gpc-card-words"><span className="gpc-card-title">{titleOf(catalogue, node)}</span><span className="gpc-card-summary">{[KINDS[node.type]?.title, summaryOf(catalogue, node), ...factsOf(node), isPinned ? "pinned" : ""].filter(Boolean).join(" · ")}</span>{ways.length > 0 && <span className="gpc-card-summary">Then {ways.join("; ")}</span>}</span>
          {change ? <strong className="gpc-change-word">{change}</strong> : state ? <Standing state={state} /> : problems.length > 0 && <span className="gpc-marker" data-severity={problems.some((each) => each.severity === "error") ? "error" : "warning"}><Icon name="alert" size={14} />{problems.length}</span>}
        </button>
      </div>
      {isOpen && !isCompared && <div className="gpc-outline-form">{!isFixed && <div className="gpc-outline-actions">{api && node.type !== "trigger" && <><RunToHere node={node} /><PinButton node={node} /></>}<IconButton icon="plus" label={`Add a step after ${titleOf(catalogue, node)}`} onClick={() => show({ panel: "palette", extending: null, inserting: null })} /><IconButton icon="trash" label={`Delete ${titleOf(catalogue, node)}`} className="gpc-danger" onClick={() => remove([node.id])} /></div>}{state && <NodeRun id={node.id} />}{!isFixed && <NodeForm id={node.id} />}</div>}
    </li>
  );
}

/** In the order of the way through it, from the triggers on. */
function ordered(blueprint) {
  const found = new Set();
  const left = new Map(blueprint.nodes.map((node) => [node.id, node]));
  const visit = (id) => {
    if (found.has(id) || !left.has(id)) return;
    found.add(id);
    const node = left.get(id);
    const branches = branchesOf(node);
    const ways = blueprint.edges.filter((edge) => edge.source === id);
    ways.sort((a, b) => branches.indexOf(a.branch) - branches.indexOf(b.branch));
    for (const edge of ways) visit(edge.target);
  };
  for (const node of blueprint.nodes) if (node.type === "trigger") visit(node.id);
  for (const node of blueprint.nodes) visit(node.id);
  return [...found].map((id) => left.get(id));
}
