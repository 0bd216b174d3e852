import { useState } from "react";
import { nodeOf } from "../model/blueprint.js";
import { durationText } from "../model/run_states.js";
import { useMount, useStore } from "../state/context.jsx";
import { Answer } from "./Answer.jsx";
import { Standing } from "./Card.jsx";
import { useShown, useStates } from "./derived.js";
import { PinButton } from "./NodeTools.jsx";

const MOST_CHARACTERS = 20_000;

/** What a step did in the run that is shown: for each item its input, output and error. */
export function NodeRun({ id }) {
  const state = useStates().get(id);
  const { blueprint, isFixed } = useShown();
  const given = useStore((state) => state.run?.given);
  const [place, setPlace] = useState(0);
  const node = nodeOf(blueprint, id);
  if (!state || !node) return <p className="gpc-quiet">Run the workflow to see what this step is given and what comes of it.</p>;
  const item = state.items[Math.min(place, state.items.length - 1)];
  return (
    <div className="gpc-node-run" data-testid="node-run">
      <Standing state={state} />
      {state.items.length > 1 && (
        <select aria-label="Item" value={place} onChange={(event) => setPlace(Number(event.target.value))}>
          {state.items.map((each, at) => <option key={each.item} value={at}>{each.item}: {each.state}</option>)}
        </select>
      )}
      {item?.asks && <Answer key={item.item} item={item} />}
      {item ? <Facts item={item} node={node} isFixed={isFixed} /> : node.type === "trigger" ? <Data title="Output" value={given} /> : <p className="gpc-quiet">{state.state === "skipped" ? "No way led here in this run." : "Nothing is known of it yet."}</p>}
    </div>
  );
}

function Facts({ item, node, isFixed }) {
  const { api } = useMount();
  const run = useStore((state) => state.run);
  const isPinned = run?.trial?.pinned.includes(node.id);
  return (
    <>
      {isPinned && <p className="gpc-quiet">Its output was pinned: the step itself was not done.</p>}
      {item.error && <div className="gpc-error" role="alert"><strong>It failed.</strong> {item.error}</div>}
      <dl className="gpc-values"><div><dt>Attempts</dt><dd>{item.attempts}</dd></div>{item.startedAt && <div><dt>Began</dt><dd>{timeOf(item.startedAt)}</dd></div>}{item.duration !== null && item.duration !== undefined && <div><dt>Took</dt><dd>{durationText(item.duration)}</dd></div>}</dl>
      {item.tries.length > 1 && <Tries tries={item.tries} />}
      <Data title="Input" value={item.input} />
      <Data title="Output" value={item.output}>{!isFixed && item.state === "done" && <PinButton node={node} output={item.artifact ? undefined : item.output} />}</Data>
      {item.artifact && <p className="gpc-help">This is how it begins. <a href={api.outputAddress(run.id, item.artifact)} target="_blank" rel="noreferrer">Download all of it</a></p>}
    </>
  );
}

const timeOf = (text) => new Date(text).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function Tries({ tries }) {
  return (
    <ol className="gpc-rows gpc-tries" aria-label="Attempts">
      {tries.map((each, place) => <li key={place}><span className="gpc-standing" data-state={{ success: "done", error: "failed" }[each.status] ?? each.status}>{place + 1}. {{ success: "Done", error: "Failed", cancelled: "Stopped", running: "Running" }[each.status] ?? each.status}</span><small>{each.error ?? ""}</small>{each.started_at && <time dateTime={each.started_at}>{timeOf(each.started_at)}</time>}</li>)}
    </ol>
  );
}

function Data({ title, value, children }) {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return <section className="gpc-data"><div className="gpc-data-head"><h3>{title}</h3>{children}</div><pre tabIndex={0} aria-label={title}>{text.slice(0, MOST_CHARACTERS)}{text.length > MOST_CHARACTERS ? "\n… cut" : ""}</pre></section>;
}
