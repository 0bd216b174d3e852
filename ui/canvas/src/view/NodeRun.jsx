import { useState } from "react";
import { durationText } from "../model/run_states.js";
import { shown } from "../model/templates.js";
import { useMount } from "../state/context.jsx";
import { Standing } from "./Card.jsx";
import { useStates } from "./derived.js";
import { Fields } from "./fields.jsx";

const MOST_CHARACTERS = 20_000;

/** What a step did in the run that is shown: for each item its input, output and error. */
export function NodeRun({ id }) {
  const state = useStates().get(id);
  const [place, setPlace] = useState(0);
  if (!state) return <p className="gpc-quiet">Run the workflow to see what this step is given and what comes of it.</p>;
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
      {item ? <Facts item={item} /> : <p className="gpc-quiet">{state.state === "skipped" ? "No way led here in this run." : "Nothing is known of it yet."}</p>}
    </div>
  );
}

function Facts({ item }) {
  return (
    <>
      {item.error && <div className="gpc-error" role="alert"><strong>It failed.</strong> {item.error}</div>}
      <dl className="gpc-values"><div><dt>Attempts</dt><dd>{item.attempts}</dd></div>{item.duration !== null && item.duration !== undefined && <div><dt>Took</dt><dd>{durationText(item.duration)}</dd></div>}</dl>
      <Data title="Input" value={item.input} />
      <Data title="Output" value={item.output} />
    </>
  );
}

function Data({ title, value }) {
  if (value === undefined || value === null) return null;
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  return <section className="gpc-data"><h3>{title}</h3><pre tabIndex={0} aria-label={title}>{text.slice(0, MOST_CHARACTERS)}{text.length > MOST_CHARACTERS ? "\n… cut" : ""}</pre></section>;
}

const EVENT = { type: "object", properties: { payload: { type: "object", title: "Data", description: "What the event brings." } } };

/** The question that a step waits with, answered in place. */
function Answer({ item }) {
  const { running, actions } = useMount();
  const [comment, setComment] = useState("");
  const [value, setValue] = useState({});
  const [isSending, setSending] = useState(false);
  const isApproval = item.asks.kind === "approval";
  const send = async (answer) => {
    setSending(true);
    try {
      await running.answer(item, answer);
    } catch (error) {
      actions.notify(error.message, "error");
    }
    setSending(false);
  };
  return (
    <section className="gpc-answer" aria-label="Waits for an answer" data-testid="answer">
      <h3>{item.asks.title ?? (isApproval ? "Approve?" : "Waits")}</h3>
      {item.asks.message && <p>{shown(item.asks.message)}</p>}
      {isApproval ? (
        <>
          <label className="gpc-stacked">Comment<input type="text" value={comment} onChange={(event) => setComment(event.target.value)} /></label>
          <div className="gpc-buttons">
            <button type="button" className="gpc-button gpc-primary" disabled={isSending} onClick={() => send({ decision: "approved", comment })}>Approve</button>
            <button type="button" className="gpc-button" disabled={isSending} onClick={() => send({ decision: "rejected", comment })}>Reject</button>
          </div>
        </>
      ) : (
        <>
          {item.asks.event && <Fields schema={EVENT} root={EVENT} names={[]} problems={[]} path="" value={value} onSettle={() => {}} onChange={setValue} />}
          <button type="button" className="gpc-button gpc-primary" disabled={isSending} onClick={() => send(item.asks.event ? value.payload ?? {} : {})}>Go on now</button>
        </>
      )}
    </section>
  );
}
