import { useEffect } from "react";
import { isOver } from "../api.js";
import { titleOf } from "../model/catalogue.js";
import { durationText } from "../model/run_states.js";
import { useMount, useStore } from "../state/context.jsx";
import { Standing } from "./Card.jsx";
import { useShown, useStates } from "./derived.js";
import { Icon, IconButton } from "./icons.jsx";
import { Start } from "./Start.jsx";

const WORDS = { pending: "Queued", queued: "Queued", running: "Running", interrupted: "Waiting", waiting: "Waiting", success: "Done", error: "Failed", cancelled: "Cancelled", timeout: "Took too long" };
const STATES = { pending: "queued", queued: "queued", running: "running", interrupted: "waiting", waiting: "waiting", success: "done", error: "failed", cancelled: "skipped" };
const CAUSES = { test: "Test", webhook: "Event", schedule: "Schedule", workflow: "Workflow", failure: "Failure" };

/** Tries the draft, follows the run, and shows earlier ones. */
export function RunPanel() {
  const { running, actions } = useMount();
  const run = useStore((state) => state.run);
  const runs = useStore((state) => state.runs);
  useEffect(() => {
    running.list().catch((error) => actions.notify(error.message, "error"));
  }, [running, actions, run?.id, run?.status]);
  const open = (id) => running.open(id).catch((error) => actions.notify(error.message, "error"));
  return (
    <section className="gpc-panel" aria-label="Run" data-testid="run-panel">
      <header className="gpc-panel-head"><div className="gpc-panel-words"><h2>Run</h2><p>{run ? <RunWords run={run} /> : "The draft, with data of your own."}</p></div>{run && !isOver(run.status) && run.lastRunId && <button type="button" className="gpc-button" onClick={() => running.cancel().catch((error) => actions.notify(error.message, "error"))}><Icon name="stop" />Cancel</button>}{run && isOver(run.status) && <button type="button" className="gpc-quiet-button" onClick={() => running.close()}>Clear</button>}<IconButton icon="close" label="Close" onClick={() => actions.show({ panel: null, until: null })} /></header>
      <div className="gpc-panel-body">
        <Start isBusy={run !== null && !isOver(run.status)} />
        {run?.error && <div className="gpc-error" role="alert"><strong>It failed.</strong> {run.error}</div>}
        {run?.items && <Steps />}
        <h3>Earlier runs</h3>
        {runs.length ? (
          <ul className="gpc-rows">
            {runs.map((each) => <li key={each.run_id}><button type="button" className="gpc-row" aria-current={each.run_id === run?.id || undefined} onClick={() => open(each.run_id)}><span className="gpc-standing" data-state={STATES[each.status] ?? "failed"}>{WORDS[each.status] ?? each.status}</span><span>Version {each.version}</span>{CAUSES[each.cause] && <small>{CAUSES[each.cause]}</small>}<span className="gpc-figure">{durationText(each.duration_s)}</span><time dateTime={each.created_at} title={each.created_at}>{whenOf(each.created_at)}</time></button></li>)}
          </ul>
        ) : <p className="gpc-quiet">None yet.</p>}
      </div>
    </section>
  );
}

/** The time of today's, the date of others. */
function whenOf(text) {
  const moment = new Date(text);
  const isToday = moment.toDateString() === new Date().toDateString();
  return moment.toLocaleString([], isToday ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" });
}

function RunWords({ run }) {
  return <span data-testid="run-status" data-status={run.status}>{[WORDS[run.status] ?? run.status, run.duration ? durationText(run.duration) : "", run.version ? `version ${run.version}` : "", trialWords(run.trial)].filter(Boolean).join(", ")}</span>;
}

function trialWords(trial) {
  if (!trial) return "";
  const pinned = trial.pinned.length ? `${trial.pinned.length} pinned` : "";
  return `test${trial.until ? ` up to ${trial.until}` : ""}${pinned ? ` with ${pinned}` : ""}`;
}

function Steps() {
  const { blueprint } = useShown();
  const catalogue = useStore((state) => state.catalogue);
  const states = useStates();
  const { actions } = useMount();
  return (
    <ol className="gpc-rows" aria-label="Steps of this run" aria-live="polite">
      {blueprint.nodes.filter((node) => states.get(node.id)).map((node) => <li key={node.id}><button type="button" className="gpc-row" onClick={() => actions.show({ selected: [node.id], panel: "inspector", tab: "run", centred: { id: node.id, at: Date.now() } })}><span className="gpc-row-title">{titleOf(catalogue, node)}</span><Standing state={states.get(node.id)} /></button></li>)}
    </ol>
  );
}
