import { useEffect, useState } from "react";
import { nodeOf } from "../model/blueprint.js";
import { titleOf } from "../model/catalogue.js";
import { useMount, useStore } from "../state/context.jsx";
import { InspectorHead, NodeForm } from "./Inspector.jsx";
import { Icon, IconButton } from "./icons.jsx";
import { NodeRun } from "./NodeRun.jsx";
import { Proposal } from "./Proposal.jsx";
import { SettingsPanel } from "./SettingsPanel.jsx";
import { RunPanel } from "./RunPanel.jsx";

/** The side panel: one of them at a time. */
export function SidePanel({ view }) {
  const panel = useStore((state) => state.panel);
  const proposal = useStore((state) => state.proposal);
  const selected = useStore((state) => state.selected);
  if (proposal) return <Proposal />;
  if (panel === "run") return <RunPanel />;
  if (panel === "problems") return <Problems />;
  if (panel === "versions") return <Versions />;
  if (panel === "settings") return <SettingsPanel />;
  // The outline holds the forms itself.
  if (view === "outline") return null;
  if (panel === "inspector" && selected.length === 1) return <Inspector id={selected[0]} />;
  if (panel === "inspector" && selected.length > 1) return <Several ids={selected} />;
  return null;
}

function Inspector({ id }) {
  const node = useStore((state) => nodeOf(state.viewed ?? state.blueprint, id));
  const isViewed = useStore((state) => state.viewed !== null);
  const hasRun = useStore((state) => state.run !== null);
  const wanted = useStore((state) => state.tab ?? "settings");
  const { actions } = useMount();
  if (!node) return null;
  const tab = isViewed ? "run" : hasRun ? wanted : "settings";
  return (
    <section className="gpc-panel" aria-label="Step" data-testid="inspector">
      <InspectorHead node={node}>
        {hasRun && !isViewed && <div className="gpc-tabs" role="group" aria-label="Show">{[["settings", "Settings"], ["run", "In this run"]].map(([name, words]) => <button key={name} type="button" aria-pressed={tab === name} onClick={() => actions.show({ tab: name })}>{words}</button>)}</div>}
      </InspectorHead>
      <div className="gpc-panel-body">{tab === "run" ? <NodeRun id={id} key={id} /> : <NodeForm id={id} key={id} />}</div>
    </section>
  );
}

function Several({ ids }) {
  const { actions } = useMount();
  return (
    <section className="gpc-panel" aria-label="Steps">
      <header className="gpc-panel-head"><div className="gpc-panel-words"><h2>{ids.length} steps</h2><p>Move, copy or delete them together.</p></div><IconButton icon="copy" label="Duplicate these steps" onClick={actions.duplicate} /><IconButton icon="trash" label="Delete these steps" className="gpc-danger" onClick={() => actions.remove()} /></header>
    </section>
  );
}

export function Head({ title, words }) {
  const { actions } = useMount();
  return <header className="gpc-panel-head"><div className="gpc-panel-words"><h2>{title}</h2><p>{words}</p></div><IconButton icon="close" label="Close" onClick={() => actions.show({ panel: null })} /></header>;
}

function Problems() {
  const problems = useStore((state) => state.problems);
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const { actions } = useMount();
  const go = (problem) => {
    if (!problem.node_id && !problem.edge_id && problem.field?.startsWith("settings")) actions.show({ panel: "settings" });
    else if (problem.node_id && nodeOf(blueprint, problem.node_id)) actions.show({ tab: "settings" }), actions.focus(problem.node_id, problem.field);
    else if (problem.edge_id) {
      const edge = blueprint.edges.find((each) => each.id === problem.edge_id);
      actions.show({ selected: [], selectedEdges: [problem.edge_id], centred: edge && { id: edge.source, at: Date.now() } });
    }
  };
  const placeOf = (problem) => {
    const node = problem.node_id && nodeOf(blueprint, problem.node_id);
    return node ? titleOf(catalogue, node) : problem.edge_id ? "A connection" : "The workflow";
  };
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return (
    <section className="gpc-panel" aria-label="Problems" data-testid="problems">
      <Head title="Problems" words={wordsOf(errors, problems.length - errors)} />
      <ul className="gpc-rows gpc-panel-body">
        {problems.map((problem, place) => <li key={place}><button type="button" className="gpc-problem" data-severity={problem.severity} onClick={() => go(problem)}><Icon name="alert" /><span><strong>{placeOf(problem)}</strong><span>{problem.message}</span><small>{problem.severity === "error" ? "Error" : "Warning"} · {problem.next_step}</small></span></button></li>)}
      </ul>
    </section>
  );
}

const wordsOf = (errors, warnings) =>
  [errors ? `${errors} to solve before it can go live.` : "Nothing keeps it from going live.", warnings ? `${warnings} to think about.` : ""].join(" ").trim();

function Versions() {
  const { api, actions, saving, store } = useMount();
  const save = useStore((state) => state.save);
  const active = useStore((state) => state.active);
  const overlay = useStore((state) => state.overlay);
  const [versions, setVersions] = useState(null);
  useEffect(() => {
    api.versions().then(setVersions, (error) => actions.notify(error.message, "error"));
  }, [api, actions, save.version, active]);
  const compare = async (version) => {
    const before = await api.version(version);
    actions.show((state) => ({ overlay: { title: `Version ${version} and the draft`, before, after: state.blueprint }, fitting: state.fitting + 1 }));
  };
  const restore = async (version) => {
    await saving.flush();
    const blueprint = await api.version(version);
    const { version: made, problems } = await api.restore(version);
    saving.adopt(blueprint, { save: { ...store.get().save, state: "saved", version: made }, problems, overlay: null });
    actions.notify(`Version ${version} is the draft again, as version ${made}.`, "done");
  };
  const tried = (act) => () => act().catch((error) => actions.notify(error.message, "error"));
  return (
    <section className="gpc-panel" aria-label="Versions" data-testid="versions">
      <Head title="Versions" words={active ? `Version ${active} is live.` : "No version is live."} />
      <ul className="gpc-rows gpc-panel-body">
        {versions === null && <li className="gpc-skeleton" aria-label="Loading" />}
        {versions?.map((each) => (
          <li key={each.version} className="gpc-version" aria-current={overlay?.title.startsWith(`Version ${each.version} `) || undefined}>
            <span><strong>Version {each.version}</strong>{each.is_active && <span className="gpc-tag" data-tone="done">Live</span>}{each.version === save.version && <span className="gpc-tag">Draft</span>}<small>{new Date(each.created_at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" })} · {each.saved_by}{each.note ? ` · ${each.note}` : ""}</small></span>
            {each.version !== save.version && <span className="gpc-buttons"><button type="button" className="gpc-quiet-button" onClick={tried(() => compare(each.version))}>Compare</button><button type="button" className="gpc-quiet-button" onClick={tried(() => restore(each.version))}>Restore</button></span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
