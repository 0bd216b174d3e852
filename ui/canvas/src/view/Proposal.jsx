import { useState } from "react";
import { titleOf } from "../model/catalogue.js";
import { WORDS, summary } from "../model/diff.js";
import { useActions, useStore } from "../state/context.jsx";
import { useComparison } from "./derived.js";

/** A draft that was made from a sentence: to be taken whole, in part, or not at all. */
export function Proposal() {
  const proposal = useStore((state) => state.proposal);
  const catalogue = useStore((state) => state.catalogue);
  const comparison = useComparison();
  const { accept, reject, show } = useActions();
  const changed = [...comparison.change.nodes];
  const [refused, setRefused] = useState(new Set());
  const taken = changed.map(([id]) => id).filter((id) => !refused.has(id));
  const toggle = (id) => setRefused((before) => {
    const next = new Set(before);
    if (!next.delete(id)) next.add(id);
    return next;
  });
  const isWhole = taken.length === changed.length;
  return (
    <section className="gpc-panel" aria-label="Proposal" data-testid="proposal">
      <header className="gpc-panel-head"><div className="gpc-panel-words"><h2>Proposal</h2><p>{proposal.prompt}</p></div></header>
      <div className="gpc-panel-body">
        <p>{summary(comparison.change)}. Nothing is changed until you accept.</p>
        <ul className="gpc-rows">
          {changed.map(([id, kind]) => {
            const node = comparison.shown.nodes.find((each) => each.id === id);
            return (
              <li key={id} className="gpc-proposed" data-change={kind}>
                <label><input type="checkbox" checked={!refused.has(id)} onChange={() => toggle(id)} /><span className="gpc-change-word">{WORDS[kind]}</span><span>{titleOf(catalogue, node)}{comparison.change.fields.get(id)?.length ? <small> {comparison.change.fields.get(id).join(", ")}</small> : null}</span></label>
                <button type="button" className="gpc-link" onClick={() => show({ centred: { id, at: Date.now() } })}>Show</button>
              </li>
            );
          })}
        </ul>
        <Lines title="Assumed" lines={proposal.assumptions} />
        <Lines title="Open questions" lines={proposal.questions} />
        <div className="gpc-buttons">
          <button type="button" className="gpc-button gpc-primary" disabled={changed.length > 0 && !taken.length} onClick={() => { accept(isWhole ? null : new Set(taken)); show({ panel: null }); }}>{isWhole ? "Accept all" : `Accept ${taken.length} of ${changed.length}`}</button>
          <button type="button" className="gpc-button" onClick={() => { reject(); show({ panel: null }); }}>Reject</button>
        </div>
      </div>
    </section>
  );
}

function Lines({ title, lines }) {
  if (!lines?.length) return null;
  return <><h3>{title}</h3><ul className="gpc-lines">{lines.map((line) => <li key={textOf(line)}>{textOf(line)}</li>)}</ul></>;
}

const textOf = (line) => (typeof line === "string" ? line : line.question ?? line.text ?? JSON.stringify(line));
