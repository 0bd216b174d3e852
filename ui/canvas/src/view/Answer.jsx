import { useState } from "react";
import { shown } from "../model/templates.js";
import { useMount } from "../state/context.jsx";
import { Fields } from "./fields.jsx";

const EVENT = { type: "object", properties: { payload: { type: "object", title: "Data", description: "What the event brings." } } };
const CONFIRM = { happened: "It happened", again: "Do it (again)", skip: "Go on without it" };

/** The question that a step waits with, answered in place. */
export function Answer({ item }) {
  const { running, actions } = useMount();
  const [isSending, setSending] = useState(false);
  const { asks } = item;
  const send = async (answer) => {
    setSending(true);
    try {
      await running.answer(item, answer);
      actions.notify("Your answer is in.", "done");
    } catch (error) {
      actions.notify(error.message, "error");
    }
    setSending(false);
  };
  const Kind = { approval: Approval, confirm_effect: Confirm, retry: Retry }[asks.kind] ?? Pause;
  return (
    <section className="gpc-answer" aria-label="Waits for an answer" data-testid="answer">
      <h3>{asks.title ?? (asks.kind === "approval" ? "Approve?" : "Waits")}</h3>
      {asks.message && <p>{shown(asks.message)}</p>}
      <Kind asks={asks} isSending={isSending} send={send} />
    </section>
  );
}

function Approval({ asks, isSending, send }) {
  const [comment, setComment] = useState("");
  const [edits, setEdits] = useState({});
  const editable = Object.entries(asks.editable ?? {});
  const vote = (decision) => send({ decision, comment: comment.trim() || null, edits: decision === "approved" ? edits : {} });
  return (
    <>
      {asks.quorum > 1 && <p className="gpc-help">{asks.quorum} people have to agree.</p>}
      {editable.map(([name, value]) => <label key={name} className="gpc-stacked">{name}<input type="text" value={shown(edits[name] ?? value)} onChange={(event) => setEdits({ ...edits, [name]: typeof value === "number" && event.target.value.trim() !== "" && !Number.isNaN(Number(event.target.value)) ? Number(event.target.value) : event.target.value })} /></label>)}
      <label className="gpc-stacked">Comment<input type="text" value={comment} onChange={(event) => setComment(event.target.value)} /></label>
      <div className="gpc-buttons">
        <button type="button" className="gpc-button gpc-primary" disabled={isSending} onClick={() => vote("approved")}>Approve</button>
        <button type="button" className="gpc-button" disabled={isSending} onClick={() => vote("rejected")}>Reject</button>
      </div>
    </>
  );
}

/** A call of which nobody knows whether it was made. */
function Confirm({ isSending, send }) {
  return <div className="gpc-buttons">{Object.entries(CONFIRM).map(([answer, words]) => <button key={answer} type="button" className="gpc-button" disabled={isSending} onClick={() => send({ answer })}>{words}</button>)}</div>;
}

function Retry({ asks, isSending, send }) {
  return <><Until asks={asks} /><button type="button" className="gpc-button gpc-primary" disabled={isSending} onClick={() => send({ outcome: "now" })}>Try it now</button></>;
}

/** A moment comes by itself; an event can be brought from here. */
function Pause({ asks, isSending, send }) {
  const [value, setValue] = useState({});
  if (!asks.event) return <Until asks={asks} />;
  return (
    <>
      <p className="gpc-help">For the event <code>{asks.event}</code>{asks.key ? <> with the key <code>{asks.key}</code></> : null}.</p>
      <Fields schema={EVENT} root={EVENT} names={[]} problems={[]} path="" value={value} onSettle={() => {}} onChange={setValue} />
      <button type="button" className="gpc-button gpc-primary" disabled={isSending} onClick={() => send(value.payload ?? {})}>Bring the event</button>
    </>
  );
}

function Until({ asks }) {
  const moment = asks.until && new Date(asks.until);
  return <p className="gpc-help">{moment ? <>It goes on by itself at <time dateTime={asks.until}>{moment.toLocaleString([], { dateStyle: "medium", timeStyle: "short" })}</time>. In a test its output can be pinned, so that nobody waits.</> : "It goes on by itself."}</p>;
}
