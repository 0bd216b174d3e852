import { useCallback, useEffect, useState } from "react";
import { nodeOf } from "../model/blueprint.js";
import { taskOf, titleOf } from "../model/catalogue.js";
import { example } from "../model/schema.js";
import { useMount, useStore } from "../state/context.jsx";
import { Icon, IconButton } from "./icons.jsx";

/** What a test starts with, where it ends, and what is pinned. */
export function Start({ isBusy }) {
  const { running, saving, store, actions, pinning } = useMount();
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const until = useStore((state) => (state.until && nodeOf(state.blueprint, state.until) ? state.until : null));
  const isReadOnly = useStore((state) => state.isReadOnly);
  const errors = useStore((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const pins = useStore((state) => state.pins);
  const triggers = blueprint.nodes.filter((node) => node.type === "trigger");
  const [chosen, setChosen] = useState(null);
  const [text, setText] = useState(null);
  const trigger = triggers.find((node) => node.id === chosen) ?? triggers[0];
  const { samples, capture, isCapturing } = useSamples(trigger, catalogue);
  const [place, setPlace] = useState(null);
  const shipped = exampleOf(trigger, catalogue);
  const sample = place === "example" ? shipped : samples.find((each) => each.id === place)?.data ?? samples[0]?.data ?? shipped;
  const value = text ?? JSON.stringify(sample, null, 2);
  const pinned = Object.keys(pins).filter((id) => nodeOf(blueprint, id));
  const reason = isReadOnly ? "You may look at this workflow, not run it." : !trigger ? "Add a trigger first." : errors ? `Solve ${errors === 1 ? "the problem" : `${errors} problems`} first.` : isBusy ? "A run is under way." : isObject(value) ? "" : "The sample is not a JSON object.";
  const run = async () => {
    try {
      await saving.flush();
      await running.start(JSON.parse(value), store.get().save.version, triggers.length > 1 ? trigger.id : undefined);
    } catch (error) {
      actions.notify(error.message, "error");
    }
  };
  const choose = (event) => {
    setPlace(event.target.value);
    setText(null);
  };
  return (
    <div className="gpc-start">
      {triggers.length > 1 && <label className="gpc-stacked">Trigger<select value={trigger.id} onChange={(event) => { setChosen(event.target.value); setText(null); setPlace(null); }}>{triggers.map((node) => <option key={node.id} value={node.id}>{titleOf(catalogue, node)}</option>)}</select></label>}
      {samples.length > 0 && <label className="gpc-stacked">Data from<select value={place ?? samples[0].id} onChange={choose}>{samples.map((each) => <option key={each.id} value={each.id}>Received {new Date(each.at).toLocaleString([], { dateStyle: "medium", timeStyle: "medium" })}</option>)}<option value="example">The example of the trigger</option></select></label>}
      <label className="gpc-stacked">Sample<textarea aria-label="Sample" className="gpc-code" rows={7} spellCheck={false} value={value} onChange={(event) => setText(event.target.value)} /></label>
      {capture && <button type="button" className="gpc-quiet-button" aria-pressed={isCapturing} onClick={capture}>{isCapturing ? "Waiting for the next event… Stop" : "Wait for the next event"}</button>}
      {until && <p className="gpc-chip" data-testid="until"><Icon name="play" size={13} /><span>Ends at {titleOf(catalogue, nodeOf(blueprint, until))}</span><IconButton icon="close" label="Run to the end instead" onClick={() => actions.show({ until: null })} /></p>}
      {pinned.length > 0 && <p className="gpc-chip" data-testid="pins"><Icon name="pin" size={13} /><span>{pinned.length === 1 ? `${titleOf(catalogue, nodeOf(blueprint, pinned[0]))} is pinned` : `${pinned.length} steps are pinned`}: not done, taken as known</span><IconButton icon="close" label="Unpin all" onClick={() => pinning.clear()} /></p>}
      <div className="gpc-buttons"><button type="button" className="gpc-button gpc-primary" disabled={Boolean(reason)} onClick={run}>{until ? "Run to here" : "Run this draft"}</button>{text !== null && <button type="button" className="gpc-quiet-button" onClick={() => setText(null)}>Back to the sample</button>}{reason && <span className="gpc-quiet">{reason}</span>}</div>
    </div>
  );
}

function exampleOf(trigger, catalogue) {
  const task = trigger && taskOf(catalogue, trigger);
  return task?.sample ?? example(task?.result, task?.result) ?? {};
}

const LOOK_MS = 2000;

/** What the trigger brought lately, and a way to wait for what it brings next. */
function useSamples(trigger, catalogue) {
  const { api, actions } = useMount();
  const [samples, setSamples] = useState([]);
  /** While it is waited for the next: the newest that was there before. */
  const [before, setBefore] = useState(null);
  const { service, task } = trigger?.data ?? {};
  const isKnown = Boolean(trigger && taskOf(catalogue, trigger));
  // Only what is signed from outside is kept as it came.
  const isReceived = isKnown && !["manual", "timer"].includes(service);
  const look = useCallback(() => api.samples(service, task).catch(() => []), [api, service, task]);
  useEffect(() => {
    setSamples([]);
    setBefore(null);
    let isGone = false;
    if (isReceived) void look().then((found) => !isGone && setSamples(found));
    return () => { isGone = true; };
  }, [look, isReceived]);
  useEffect(() => {
    if (before === null) return undefined;
    const timer = setInterval(async () => {
      const found = await look();
      if (!found.length || found[0].id === before) return;
      setBefore(null);
      setSamples(found);
      actions.notify("It came: the sample is what was received.", "done");
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [before, look, actions]);
  const capture = () => setBefore(before === null ? samples[0]?.id ?? "" : null);
  return { samples, isCapturing: before !== null, capture: isReceived ? capture : null };
}

function isObject(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value);
  } catch {
    return false;
  }
}
