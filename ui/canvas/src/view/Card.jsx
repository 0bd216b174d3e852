import { Handle, Position } from "@xyflow/react";
import { memo } from "react";
import { branchesOf } from "../model/blueprint.js";
import { KINDS, factsOf, summaryOf, titleOf } from "../model/catalogue.js";
import { WORDS } from "../model/diff.js";
import { handleTop, heightOf } from "../model/layout.js";
import { STATE_WORDS, durationText } from "../model/run_states.js";
import { useActions, useStore } from "../state/context.jsx";
import { NodeTools } from "./NodeTools.jsx";
import { useStates } from "./derived.js";
import { Icon, STATE_ICONS, iconOf } from "./icons.jsx";

/** One node as a card: what it is, what it does, and how it stands in the run that is shown. */
export const Card = memo(function Card({ data, selected, isConnectable }) {
  const { node, change, open } = data;
  const catalogue = useStore((state) => state.catalogue);
  const problems = useStore((state) => state.problems);
  const isPinned = useStore((state) => node.id in state.pins);
  const isAlone = useStore((state) => state.selected.length === 1);
  const state = useStates().get(node.id);
  const mine = problems.filter((problem) => problem.node_id === node.id);
  const branches = branchesOf(node);
  return (
    <div className="gpc-card" data-testid={`node-${node.id}`} data-kind={node.type} data-state={state?.state ?? "idle"} data-change={change} data-pinned={isPinned || undefined} style={{ height: heightOf(node) }}>
      {selected && isAlone && !change && <NodeTools node={node} isFixed={!isConnectable} />}
      {node.type !== "trigger" && <Handle type="target" position={Position.Left} style={{ top: 28 }} isConnectable={isConnectable} />}
      <div className="gpc-card-head">
        <span className="gpc-card-icon"><Icon name={iconOf(node)} size={18} /></span>
        <span className="gpc-card-words">
          <span className="gpc-card-title">{titleOf(catalogue, node)}</span>
          <span className="gpc-card-summary" title={summaryOf(catalogue, node)}>{summaryOf(catalogue, node)}</span>
        </span>
        {isPinned && <span className="gpc-pinned" title="Its output is pinned: tests do not do this step."><Icon name="pin" size={14} /><span className="gpc-hidden">Pinned</span></span>}
        {mine.length > 0 && !state && <Marker problems={mine} />}
      </div>
      {branches.map((branch, place) => (
        <div key={place} className="gpc-card-branch" data-branch={branch}>
          <span>{branch || "…"}</span>
          <Out node={node} branch={branch} top={handleTop(place)} isOpen={isConnectable && open.has(branch)} isConnectable={isConnectable} />
        </div>
      ))}
      {!branches.length && <Out node={node} branch={null} top={28} isOpen={isConnectable && open.has(null)} isConnectable={isConnectable} />}
      <div className="gpc-card-foot">{change ? <strong>{WORDS[change]}</strong> : state ? <Standing state={state} /> : <span>{[...(node.type === "approval" ? [] : [KINDS[node.type]?.title ?? node.type]), ...factsOf(node)].join(" · ")}</span>}<code>{node.id}</code></div>
    </div>
  );
});

/** A way out, and a button for what comes next where nothing does. */
function Out({ node, branch, top, isOpen, isConnectable }) {
  const { show } = useActions();
  const extend = () => show({ extending: { source: node.id, branch }, inserting: null, panel: "palette" });
  return (
    <>
      <Handle id={branch ?? undefined} type="source" position={Position.Right} style={{ top }} isConnectable={isConnectable} />
      {isOpen && <button type="button" className="gpc-next nodrag nopan" style={{ top }} tabIndex={-1} aria-label={`Add a step after ${node.id}${branch ? `, ${branch}` : ""}`} title="Add the next step" onClick={extend}><Icon name="plus" size={12} /></button>}
    </>
  );
}

function Marker({ problems }) {
  const isError = problems.some((problem) => problem.severity === "error");
  const text = `${problems.length} problem${problems.length === 1 ? "" : "s"}: ${problems[0].message}`;
  return <span className="gpc-marker" data-severity={isError ? "error" : "warning"} title={text}><Icon name="alert" size={14} /><span className="gpc-hidden">{text}</span></span>;
}

export function Standing({ state }) {
  return (
    <span className="gpc-standing" data-state={state.state}>
      <Icon name={STATE_ICONS[state.state]} size={13} />
      <span>{STATE_WORDS[state.state]}</span>
      {state.duration !== null && <span className="gpc-figure">{durationText(state.duration)}</span>}
      {state.attempts > 1 && <span className="gpc-figure">{state.attempts} attempts</span>}
      {state.count > 1 && <span className="gpc-figure">{state.count}×{state.failed ? `, ${state.failed} failed` : ""}</span>}
    </span>
  );
}
