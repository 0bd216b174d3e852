import { Handle, Position } from "@xyflow/react";
import { memo } from "react";
import { branchesOf } from "../model/blueprint.js";
import { KINDS, summaryOf, titleOf } from "../model/catalogue.js";
import { WORDS } from "../model/diff.js";
import { handleTop, heightOf } from "../model/layout.js";
import { STATE_WORDS, durationText } from "../model/run_states.js";
import { useStore } from "../state/context.jsx";
import { useStates } from "./derived.js";
import { Icon, STATE_ICONS, iconOf } from "./icons.jsx";

/** One node as a card: what it is, what it does, and how it stands in the run that is shown. */
export const Card = memo(function Card({ data, isConnectable }) {
  const { node, change } = data;
  const catalogue = useStore((state) => state.catalogue);
  const problems = useStore((state) => state.problems);
  const state = useStates().get(node.id);
  const mine = problems.filter((problem) => problem.node_id === node.id);
  const branches = branchesOf(node);
  return (
    <div className="gpc-card" data-testid={`node-${node.id}`} data-kind={node.type} data-state={state?.state ?? "idle"} data-change={change} style={{ height: heightOf(node) }}>
      {node.type !== "trigger" && <Handle type="target" position={Position.Left} style={{ top: 28 }} isConnectable={isConnectable} />}
      <div className="gpc-card-head">
        <span className="gpc-card-icon"><Icon name={iconOf(node)} size={18} /></span>
        <span className="gpc-card-words">
          <span className="gpc-card-title">{titleOf(catalogue, node)}</span>
          <span className="gpc-card-summary">{summaryOf(catalogue, node)}</span>
        </span>
        {mine.length > 0 && !state && <Marker problems={mine} />}
      </div>
      {branches.map((branch, place) => (
        <div key={branch} className="gpc-card-branch" data-branch={branch}>
          <span>{branch}</span>
          <Handle id={branch} type="source" position={Position.Right} style={{ top: handleTop(place) }} isConnectable={isConnectable} />
        </div>
      ))}
      {!branches.length && <Handle type="source" position={Position.Right} style={{ top: 28 }} isConnectable={isConnectable} />}
      <div className="gpc-card-foot">{change ? <strong>{WORDS[change]}</strong> : state ? <Standing state={state} /> : <span>{KINDS[node.type]?.title ?? node.type}</span>}<code>{node.id}</code></div>
    </div>
  );
});

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
