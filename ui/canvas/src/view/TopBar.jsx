import { useState } from "react";
import { summary } from "../model/diff.js";
import { useActions, useMount, useStore } from "../state/context.jsx";
import { useComparison } from "./derived.js";
import { Icon, IconButton } from "./icons.jsx";

const SAVE_WORDS = { saved: "Saved", saving: "Saving…", unsaved: "Not saved yet", failed: "Not saved", conflict: "Changed elsewhere" };

export function TopBar({ view, onView }) {
  const { api, saving } = useMount();
  const { show, undo, redo, tidy, rename, settle } = useActions();
  const name = useStore((state) => state.blueprint.name);
  const canUndo = useStore((state) => state.past.length > 0);
  const canRedo = useStore((state) => state.future.length > 0);
  const isFixed = useStore((state) => state.isReadOnly || state.proposal !== null || state.viewed !== null);
  const problems = useStore((state) => state.problems);
  const panel = useStore((state) => state.panel);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  const toggle = (wanted) => show({ panel: panel === wanted ? null : wanted });
  return (
    <div className="gpc-bar" role="toolbar" aria-label="Workflow">
      <input className="gpc-name" aria-label="Name of the workflow" value={name} disabled={isFixed} onChange={(event) => rename(event.target.value)} onBlur={settle} />
      {api && <SaveState />}
      {api && <LiveState />}
      <span className="gpc-space" />
      <IconButton icon="plus" label="Add a step" className="gpc-add" onClick={() => toggle("palette")} disabled={isFixed} />
      <IconButton icon="undo" label="Undo" onClick={undo} disabled={!canUndo || isFixed} />
      <IconButton icon="redo" label="Redo" onClick={redo} disabled={!canRedo || isFixed} />
      <IconButton icon="tidy" label="Tidy" onClick={tidy} disabled={isFixed} />
      <IconButton icon="search" label="Find a step" onClick={() => show({ dialog: "find" })} />
      <IconButton icon={view === "outline" ? "graph" : "list"} label={view === "outline" ? "Show the canvas" : "Show the outline"} onClick={() => onView(view === "outline" ? "canvas" : "outline")} />
      <IconButton icon="gear" label="Settings of the workflow" onClick={() => toggle("settings")} aria-expanded={panel === "settings"} />
      {api && <IconButton icon="history" label="Versions" onClick={() => toggle("versions")} />}
      <IconButton icon="help" label="Keyboard shortcuts" className="gpc-help-button" onClick={() => show({ dialog: "help" })} />
      <button type="button" className="gpc-button gpc-problems-button" data-testid="problems-button" data-tone={errors ? "failed" : problems.length ? "waiting" : "done"} onClick={() => toggle("problems")} aria-expanded={panel === "problems"}>
        <Icon name={problems.length ? "alert" : "check"} />{problems.length || "No"} problem{problems.length === 1 ? "" : "s"}
      </button>
      {api && <button type="button" className="gpc-button" onClick={() => toggle("run")} aria-expanded={panel === "run"}><Icon name="play" />Test</button>}
      {api && <ActivateButton saving={saving} />}
    </div>
  );
}

function SaveState() {
  const { saving } = useMount();
  const save = useStore((state) => state.save);
  const { show } = useActions();
  return (
    <span className="gpc-save" data-testid="save-state" data-state={save.state} data-version={save.version} role="status">
      {SAVE_WORDS[save.state]}
      {save.state === "failed" && <> · {save.message} <button type="button" className="gpc-link" onClick={() => saving.flush()}>Try again</button></>}
      {save.state === "conflict" && <> · <button type="button" className="gpc-link" onClick={() => show({ dialog: "conflict", overlay: null })}>Decide</button></>}
    </span>
  );
}

/** Which version is live; taking it off is one click away. */
function LiveState() {
  const { show } = useActions();
  const active = useStore((state) => state.active);
  const version = useStore((state) => state.save.version);
  if (active === null) return <span className="gpc-tag" data-testid="live-state">Off</span>;
  return <button type="button" className="gpc-tag gpc-live" data-tone="done" data-testid="live-state" title="Turn it off, or see what is live" onClick={() => show({ dialog: "live" })}><Icon name="check" size={12} />{active === version ? "Live" : `Version ${active} is live`}</button>;
}

function ActivateButton() {
  const { show } = useActions();
  const active = useStore((state) => state.active);
  const save = useStore((state) => state.save);
  const errors = useStore((state) => state.problems.filter((problem) => problem.severity === "error").length);
  const isReadOnly = useStore((state) => state.isReadOnly);
  const reason = isReadOnly ? "You may look at this workflow, not change it." : save.state === "conflict" ? "It was changed elsewhere: decide first." : errors ? `${errors} problem${errors === 1 ? " keeps" : "s keep"} it from going live.` : active === save.version && save.state === "saved" ? `Version ${active} is live.` : "";
  return (
    <span className="gpc-activate">
      {reason && <small id="gpc-activate-reason">{reason}</small>}
      <button type="button" className="gpc-button gpc-primary" disabled={Boolean(reason)} aria-describedby={reason ? "gpc-activate-reason" : undefined} onClick={() => show({ dialog: "activate" })}>Activate</button>
    </span>
  );
}

/** The workflow in a sentence; what comes of it is a proposal. */
export function DraftBar() {
  const { api, actions } = useMount();
  const proposal = useStore((state) => state.proposal);
  const isReadOnly = useStore((state) => state.isReadOnly);
  const [text, setText] = useState("");
  const [isBusy, setBusy] = useState(false);
  if (!api || isReadOnly || proposal) return null;
  const send = async (event) => {
    event.preventDefault();
    if (!text.trim() || isBusy) return;
    setBusy(true);
    try {
      const found = await api.draft(text.trim());
      actions.show({ proposal: { ...found, prompt: text.trim() }, panel: "proposal", selected: [] });
      setText("");
    } catch (error) {
      actions.notify(error.message, "error");
    }
    setBusy(false);
  };
  return (
    <form className="gpc-draft" onSubmit={send}>
      <Icon name="spark" />
      <input type="text" aria-label="Describe a change in a sentence" placeholder="Describe a change: when a payment over 1000 comes in, thank the customer on WhatsApp" value={text} onChange={(event) => setText(event.target.value)} />
      <button type="submit" className="gpc-button" disabled={!text.trim() || isBusy}>{isBusy ? "Drafting…" : "Draft"}</button>
    </form>
  );
}

/** Says that an earlier version is shown, as it ran. */
export function ViewedBar() {
  const run = useStore((state) => (state.viewed ? state.run : null));
  const { running } = useMount();
  if (!run) return null;
  return <div className="gpc-compare" role="status" data-testid="viewed"><strong>Version {run.version}, as it ran</strong><span>The draft is another one by now; it is not changed here.</span><button type="button" className="gpc-button" onClick={() => running.close()}>Back to the draft</button></div>;
}

export function CompareBar() {
  const overlay = useStore((state) => state.overlay);
  const comparison = useComparison();
  const { show } = useActions();
  if (!overlay || !comparison) return null;
  return <div className="gpc-compare" role="status" data-testid="compare"><strong>{overlay.title}</strong><span>{summary(comparison.change)}</span>{overlay.actions?.map(({ label, act }) => <button key={label} type="button" className="gpc-button" onClick={act}>{label}</button>)}<button type="button" className="gpc-button" onClick={() => show((state) => ({ overlay: null, fitting: state.fitting + 1 }))}>Back to editing</button></div>;
}
