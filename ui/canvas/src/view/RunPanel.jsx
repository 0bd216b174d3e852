import { useEffect, useState } from "react";
import { isOver } from "../api.js";
import { taskOf, titleOf } from "../model/catalogue.js";
import { durationText } from "../model/run_states.js";
import { example } from "../model/schema.js";
import { useMount, useStore } from "../state/context.jsx";
import { Standing } from "./Card.jsx";
import { useStates } from "./derived.js";
import { IconButton } from "./icons.jsx";

const WORDS = { pending: "Queued", running: "Running", interrupted: "Waiting", waiting: "Waiting", success: "Done", error: "Failed", cancelled: "Cancelled", timeout: "Took too long" };
const STATES = { pending: "queued", running: "running", interrupted: "waiting", waiting: "waiting", success: "done" };

/** Try the draft with a sample, follow it, and look at earlier runs. */
export function RunPanel() {
  const { running, actions } = useMount();
  const run = useStore((state) => state.run);
  const runs = useStore((state) => state.runs);
  const status = run?.status;
  useEffect(() => {
    running.list().catch((error) => actions.notify(error.message, "error"));
  }, [running, actions, status]);
  return (
    <section className="gpc-panel" aria-label="Run" data-testid="run-panel">
      <header className="gpc-panel-head"><div className="gpc-panel-words"><h2>Run</h2><p>{run ? <RunWords run={run} /> : "The draft, with data of your own."}</p></div>{run && <button type="button" className="gpc-quiet-button" onClick={() => running.close()}>Clear</button>}<IconButton icon="close" label="Close" onClick={() => actions.show({ panel: null })} /></header>
      <div className="gpc-panel-body">
        <Start isBusy={run !== null && !isOver(run.status)} />
        {run?.error && <div className="gpc-error" role="alert"><strong>It failed.</strong> {run.error}</div>}
        {run?.items && <Steps />}
        <h3>Earlier runs</h3>
        {runs.length ? (
          <ul className="gpc-rows">
            {runs.map((each) => <li key={each.run_id}><button type="button" className="gpc-row" aria-current={each.run_id === run?.id || undefined} onClick={() => running.open(each.run_id)}><span className="gpc-standing" data-state={STATES[each.status] ?? "failed"}>{WORDS[each.status] ?? each.status}</span><span>Version {each.version}</span><span className="gpc-figure">{durationText(each.duration_s)}</span><time dateTime={each.created_at} title={each.created_at}>{new Date(each.created_at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}</time></button></li>)}
          </ul>
        ) : <p className="gpc-quiet">None yet.</p>}
      </div>
    </section>
  );
}

function RunWords({ run }) {
  const { running } = useMount();
  return <span data-testid="run-status" data-status={run.status}>{WORDS[run.status] ?? run.status}{run.duration ? `, ${durationText(run.duration)}` : ""}{run.version ? `, version ${run.version}` : ""}{!isOver(run.status) && run.lastRunId && <> · <button type="button" className="gpc-link" onClick={() => running.cancel()}>Stop</button></>}</span>;
}

function Start({ isBusy }) {
  const { running, saving, store, actions } = useMount();
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const errors = useStore((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const triggers = blueprint.nodes.filter((node) => node.type === "trigger");
  const [chosen, setChosen] = useState(null);
  const [text, setText] = useState(null);
  const trigger = triggers.find((node) => node.id === chosen) ?? triggers[0];
  const task = trigger && taskOf(catalogue, trigger);
  const value = text ?? JSON.stringify(task?.sample ?? example(task?.data, task?.data) ?? {}, null, 2);
  const reason = !trigger ? "Add a trigger first." : errors ? `Solve ${errors === 1 ? "the problem" : `${errors} problems`} first.` : isBusy ? "A run is under way." : isObject(value) ? "" : "The sample is not a JSON object.";
  const run = async () => {
    try {
      await saving.flush();
      await running.start(JSON.parse(value), store.get().save.version, triggers.length > 1 ? trigger.id : undefined);
    } catch (error) {
      actions.notify(error.message, "error");
    }
  };
  return (
    <div className="gpc-start">
      {triggers.length > 1 && <label className="gpc-stacked">Trigger<select value={trigger.id} onChange={(event) => { setChosen(event.target.value); setText(null); }}>{triggers.map((node) => <option key={node.id} value={node.id}>{titleOf(catalogue, node)}</option>)}</select></label>}
      <label className="gpc-stacked">Sample<textarea aria-label="Sample" className="gpc-code" rows={7} spellCheck={false} value={value} onChange={(event) => setText(event.target.value)} /></label>
      <div className="gpc-buttons"><button type="button" className="gpc-button gpc-primary" disabled={Boolean(reason)} onClick={run}>Run this draft</button>{text !== null && <button type="button" className="gpc-quiet-button" onClick={() => setText(null)}>Back to the sample</button>}{reason && <span className="gpc-quiet">{reason}</span>}</div>
    </div>
  );
}

function isObject(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value);
  } catch {
    return false;
  }
}

function Steps() {
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const states = useStates();
  const { actions } = useMount();
  return (
    <ol className="gpc-rows" aria-label="Steps of this run" aria-live="polite">
      {blueprint.nodes.filter((node) => states.get(node.id)).map((node) => <li key={node.id}><button type="button" className="gpc-row" onClick={() => actions.show({ selected: [node.id], panel: "inspector", tab: "run", centred: { id: node.id, at: Date.now() } })}><span className="gpc-row-title">{titleOf(catalogue, node)}</span><Standing state={states.get(node.id)} /></button></li>)}
    </ol>
  );
}
