import { useEffect, useRef, useState } from "react";
import { EMPTY } from "../model/blueprint.js";
import { summaryOf, titleOf } from "../model/catalogue.js";
import { difference, summary } from "../model/diff.js";
import { useActions, useMount, useStore } from "../state/context.jsx";
import { Icon, IconButton, iconOf } from "./icons.jsx";

export function Dialogs() {
  const dialog = useStore((state) => state.dialog);
  const Shown = { help: Help, find: Find, conflict: Conflict, activate: Activate, live: Live }[dialog];
  return Shown ? <Shown /> : null;
}

function Dialog({ title, children, testId }) {
  const element = useRef(null);
  const { show } = useActions();
  useEffect(() => {
    const opener = document.activeElement;
    element.current.showModal();
    // The browser would take the first button, which closes.
    element.current.querySelector("[data-first]")?.focus();
    return () => opener?.focus?.();
  }, []);
  const close = () => show({ dialog: null });
  return (
    <dialog ref={element} className="gpc-dialog" aria-label={title} data-testid={testId} onCancel={close} onKeyDown={(event) => event.stopPropagation()} onClick={(event) => event.target === element.current && close()}>
      <div className="gpc-dialog-inner"><header><h2>{title}</h2><IconButton icon="close" label="Close" onClick={close} /></header>{children}</div>
    </dialog>
  );
}

const SHORTCUTS = [
  ["Ctrl K", "Find a step"], ["A", "Add a step"], ["Ctrl Z", "Undo"], ["Ctrl Shift Z", "Redo"], ["Ctrl C, Ctrl V", "Copy and paste steps as JSON"], ["Ctrl D", "Duplicate"], ["Ctrl A", "Select all steps"],
  ["Delete", "Delete what is selected"], ["Arrow keys", "Move the selected step"], ["Shift and drag", "Select several steps"], ["T", "Tidy"], ["R", "Test"], ["E", "Run to the selected step"], ["P", "Pin its output, or unpin it"], ["O", "Canvas or outline"], ["Escape", "Close the panel, select nothing"], ["?", "This sheet"],
];

function Help() {
  return <Dialog title="Keyboard shortcuts" testId="shortcuts"><dl className="gpc-shortcuts">{SHORTCUTS.map(([keys, words]) => <div key={keys}><dt><kbd>{keys}</kbd></dt><dd>{words}</dd></div>)}</dl><p className="gpc-help">With Cmd in place of Ctrl on a Mac. Connections are made without a pointer under “Leads to” in a step’s settings.</p></Dialog>;
}

function Find() {
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const { focus, show } = useActions();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = blueprint.nodes.filter((node) => words.every((word) => `${titleOf(catalogue, node)} ${node.id} ${node.type} ${summaryOf(catalogue, node)}`.toLowerCase().includes(word))).slice(0, 30);
  const go = (node) => {
    show({ dialog: null });
    focus(node.id);
  };
  const press = (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && found.length) setAt((at + way + found.length) % found.length);
    else if (event.key === "Enter" && found[at]) go(found[at]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Find a step" testId="find">
      <input type="search" data-first aria-label="Name of a step" placeholder="Name, service or id" role="combobox" aria-expanded="true" aria-controls="gpc-found" aria-activedescendant={found[at] ? `gpc-found-${at}` : undefined} value={query} onChange={(event) => { setQuery(event.target.value); setAt(0); }} onKeyDown={press} />
      <ul id="gpc-found" role="listbox" aria-label="Steps" className="gpc-found">
        {found.map((node, place) => <li key={node.id} id={`gpc-found-${place}`} role="option" aria-selected={place === at} onClick={() => go(node)}><Icon name={iconOf(node)} /><span>{titleOf(catalogue, node)}</span><code>{node.id}</code></li>)}
      </ul>
      {!found.length && <p className="gpc-quiet">No step is called so.</p>}
    </Dialog>
  );
}

function Conflict() {
  const { saving, actions } = useMount();
  const theirs = useStore((state) => state.save.theirs);
  const mine = useStore((state) => state.blueprint);
  const change = difference(theirs.blueprint, mine);
  const compare = () => actions.show((state) => ({
    dialog: null, fitting: state.fitting + 1,
    overlay: {
      title: `Version ${theirs.version} and your copy`, before: theirs.blueprint, after: mine,
      actions: [{ label: "Reload", act: () => { actions.show({ overlay: null }); saving.reload(); } }, { label: "Keep mine", act: () => { actions.show({ overlay: null }); void saving.keepMine(); } }],
    },
  }));
  return (
    <Dialog title="This workflow was changed elsewhere" testId="conflict">
      <p>Version {theirs.version} was saved while you were editing. Your copy is still here. Against it yours has: {summary(change).toLowerCase()}.</p>
      <div className="gpc-buttons"><button type="button" className="gpc-button gpc-primary" data-first onClick={compare}>Compare</button><button type="button" className="gpc-button" onClick={() => saving.keepMine()}>Keep mine</button><button type="button" className="gpc-button" onClick={() => saving.reload()}>Reload</button></div>
      <p className="gpc-help">Keep mine saves your copy as the next version; version {theirs.version} stays in the history. Reload takes theirs and gives up yours.</p>
    </Dialog>
  );
}

function Activate() {
  const { api, saving, store, actions, opts } = useMount();
  const active = useStore((state) => state.active);
  const blueprint = useStore((state) => state.blueprint);
  const warnings = useStore((state) => state.problems);
  const [before, setBefore] = useState(active === null ? EMPTY : null);
  const [refused, setRefused] = useState(null);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (active !== null) api.version(active).then(setBefore, (error) => setRefused(error.message));
  }, [api, active]);
  const go = async () => {
    setBusy(true);
    try {
      await saving.flush();
      const { version } = await api.activate(store.get().save.version);
      actions.show({ active: version, dialog: null, notice: { text: `Version ${version} is live.`, tone: "done" } });
      opts.onActivated?.(version);
    } catch (error) {
      setRefused(error.message);
      if (error.body?.problems) actions.show({ problems: error.body.problems });
      setBusy(false);
    }
  };
  return (
    <Dialog title={active === null ? "Make this workflow live" : "Make this draft the live version"} testId="activate">
      {before ? <Changes before={before} after={blueprint} active={active} /> : <p className="gpc-quiet">Reading version {active}…</p>}
      {warnings.length > 0 && <><h3>To think about</h3><ul className="gpc-lines">{warnings.slice(0, 6).map((problem, place) => <li key={place}>{problem.message}</li>)}</ul></>}
      {refused && <div className="gpc-error" role="alert">{refused}</div>}
      <div className="gpc-buttons"><button type="button" className="gpc-button gpc-primary" data-first disabled={isBusy || !before} onClick={go}>{isBusy ? "Activating…" : "Activate"}</button><button type="button" className="gpc-button" onClick={() => actions.show({ dialog: null })}>Not yet</button></div>
    </Dialog>
  );
}

/** What is live, and turning it off. */
function Live() {
  const { api, actions, opts } = useMount();
  const active = useStore((state) => state.active);
  const version = useStore((state) => state.save.version);
  const isReadOnly = useStore((state) => state.isReadOnly);
  const [refused, setRefused] = useState(null);
  const [isBusy, setBusy] = useState(false);
  const off = async () => {
    setBusy(true);
    try {
      await api.deactivate();
      actions.show({ active: null, dialog: null, notice: { text: "The workflow is off. What was under way goes on.", tone: "done" } });
      opts.onDeactivated?.();
    } catch (error) {
      setRefused(error.message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={`Version ${active} is live`} testId="live">
      <p>Its triggers start runs. {active === version ? "The draft is the same version." : `The draft is version ${version}: activate it to put it in its place.`}</p>
      <p className="gpc-help">Turned off, nothing starts it any more; runs that are under way go on, and everything is kept.</p>
      {refused && <div className="gpc-error" role="alert">{refused}</div>}
      <div className="gpc-buttons"><button type="button" className="gpc-button" disabled={isBusy || isReadOnly} onClick={off}>{isBusy ? "Turning off…" : "Turn off"}</button><button type="button" className="gpc-button" data-first onClick={() => actions.show({ dialog: null, panel: "versions" })}>See the versions</button></div>
    </Dialog>
  );
}

function Changes({ before, after, active }) {
  const catalogue = useStore((state) => state.catalogue);
  const change = difference(before, after);
  const nodes = new Map([...before.nodes, ...after.nodes].map((node) => [node.id, node]));
  if (active === null) return <p>It starts with {after.nodes.filter((node) => node.type === "trigger").map((node) => titleOf(catalogue, node)).join(" or ")} and has {after.nodes.length} steps.</p>;
  return <><p>Against version {active}: {summary(change).toLowerCase()}.</p><ul className="gpc-rows">{[...change.nodes].map(([id, kind]) => <li key={id} className="gpc-proposed" data-change={kind}><span className="gpc-change-word">{kind}</span><span>{titleOf(catalogue, nodes.get(id))} <small>{change.fields.get(id)?.join(", ")}</small></span></li>)}</ul></>;
}
