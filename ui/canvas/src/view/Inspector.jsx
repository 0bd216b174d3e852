import { useEffect, useId, useMemo, useRef, useState } from "react";
import { branchesOf, nodeOf } from "../model/blueprint.js";
import { KINDS, paramsOf, serviceOf, taskOf, titleOf } from "../model/catalogue.js";
import { refusal } from "../model/flow.js";
import { namesAt } from "../model/names.js";
import { useActions, useMount, useStore } from "../state/context.jsx";
import { AgentFields } from "./AgentFields.jsx";
import { useShown } from "./derived.js";
import { ConditionFields } from "./ConditionField.jsx";
import { ErrorHandling } from "./ErrorHandling.jsx";
import { Fields } from "./fields.jsx";
import { Icon, IconButton, iconOf } from "./icons.jsx";
import { PinButton, RunToHere } from "./NodeTools.jsx";
import { WaitFields } from "./WaitFields.jsx";

/** Everything about one step that can be set; also what the outline shows of it. */
export function NodeForm({ id }) {
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const samples = useStore((state) => state.samples);
  const allProblems = useStore((state) => state.problems);
  const isReadOnly = useStore((state) => state.isReadOnly || state.proposal !== null || state.viewed !== null);
  const actions = useActions();
  const form = useRef(null);
  useFocusedField(form, id);
  const node = nodeOf(blueprint, id);
  const names = useMemo(() => namesAt(blueprint, id, catalogue, samples), [blueprint, id, catalogue, samples]);
  if (!node) return null;
  const problems = allProblems.filter((problem) => problem.node_id === id);
  const schema = paramsOf(catalogue, node);
  const setData = (name, value, visit, ways) => actions.change(id, (before) => ({ ...before, data: cleaned({ ...before.data, [name]: value }) }), visit, ways);
  const shared = { node, names, problems, onSettle: actions.settle, onChange: (params, visit, ways) => setData("params", params, visit, ways) };
  const whole = problems.filter((problem) => !problem.field || ["id", "data.service", "data.task"].includes(problem.field));
  return (
    <form ref={form} className="gpc-form" onSubmit={(event) => event.preventDefault()} aria-label={`Settings of ${titleOf(catalogue, node)}`}>
      <fieldset disabled={isReadOnly}>
        {whole.map((problem) => <p key={problem.code} className="gpc-wrong" data-severity={problem.severity}>{problem.message} {problem.next_step}</p>)}
        <TextRow label="Name" value={node.title ?? ""} placeholder={titleOf(catalogue, { ...node, title: null })} onBlur={actions.settle} onChange={(title) => actions.change(id, (before) => ({ ...before, title: title || null }), "title")} />
        {schema === null && <p className="gpc-help">The catalogue has no task {node.data.service}.{node.data.task}. Remove this step, or choose another.</p>}
        <ConnectionPicker node={node} problems={problems} onChange={(connection) => setData("connection", connection)} />
        {node.type === "condition" ? <ConditionFields {...shared} /> : node.type === "wait" ? <WaitFields {...shared} /> : node.type === "agent" ? <AgentFields {...shared} /> : schema && <Fields {...shared} schema={schema} root={schema} value={node.data.params ?? {}} path="data.params" />}
        {node.type !== "trigger" && <ErrorHandling node={node} problems={problems} onChange={(value, visit) => setData("error_handling", value, visit)} onSettle={actions.settle} />}
        <ConnectTo node={node} />
      </fieldset>
    </form>
  );
}

const cleaned = (data) => Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined && value !== null));

function useFocusedField(form, id) {
  const wanted = useStore((state) => state.focusField);
  const selected = useStore((state) => state.selected);
  useEffect(() => {
    if (!wanted || selected[0] !== id) return;
    const place = form.current?.querySelector(`[data-field="${CSS.escape(wanted.field)}"]`);
    place?.closest("details")?.setAttribute("open", "");
    place?.querySelector("input, select, textarea")?.focus();
    // Asked for once, however often the form is drawn.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted, id]);
}

export function TextRow({ label, value, onChange, ...rest }) {
  const id = useId();
  return (
    <div className="gpc-field">
      <div className="gpc-field-head"><label htmlFor={id}>{label}</label></div>
      <input id={id} type="text" autoComplete="off" value={value} onChange={(event) => onChange(event.target.value)} {...rest} />
    </div>
  );
}

function ConnectionPicker({ node, problems, onChange }) {
  const id = useId();
  const catalogue = useStore((state) => state.catalogue);
  const connections = useStore((state) => state.connections);
  const { api, opts, store } = useMount();
  const pages = opts.pages ?? `${opts.base ?? ""}/app`;
  const kind = taskOf(catalogue, node)?.connection_kind;
  const again = async () => {
    const found = await api?.connections().catch(() => null);
    if (found) store.set({ connections: found });
  };
  const kinds = [...(kind ? [kind] : []), ...(taskOf(catalogue, node)?.optional_kinds ?? [])];
  if (!kinds.length && !node.data.connection) return null;
  const fitting = connections.filter((each) => kinds.includes(each.kind));
  const isGone = node.data.connection && !fitting.some((each) => each.id === node.data.connection);
  return (
    <div className="gpc-field" data-field="data.connection">
      <div className="gpc-field-head"><label htmlFor={id}>Connection</label>{kind && <span className="gpc-required" aria-hidden="true">required</span>}<span className="gpc-space" /></div>
      <select id={id} value={node.data.connection ?? ""} onFocus={again} onChange={(event) => onChange(event.target.value || null)}>
        <option value="">{!kind ? "None" : fitting.length ? "Choose an account…" : "No account is connected yet"}</option>
        {isGone && <option value={node.data.connection}>One that is gone or does not fit</option>}
        {fitting.map((each) => <option key={each.id} value={each.id}>{each.name}{each.isOff ? " (off)" : ""}</option>)}
      </select>
      {!fitting.length && kind && <p className="gpc-help"><a href={`${pages}/connections`} target="_blank" rel="noreferrer">Connect an account</a>, and come back: it is offered here then.</p>}
      {problems.filter((problem) => problem.field === "data.connection").map((problem) => <p key={problem.code} className="gpc-wrong" data-severity={problem.severity}>{problem.message} {problem.next_step}</p>)}
    </div>
  );
}

/** Connections without a pointer: where each way out leads, and one more. */
function ConnectTo({ node }) {
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const { connect, cutEdge } = useActions();
  const branches = branchesOf(node);
  const [branch, setBranch] = useState(branches[0] ?? "");
  const [target, setTarget] = useState("");
  const id = useId();
  const way = branches.includes(branch) ? branch : branches[0] ?? null;
  const outgoing = blueprint.edges.filter((edge) => edge.source === node.id);
  const options = blueprint.nodes.filter((each) => each.id !== node.id && each.type !== "trigger");
  const reason = target && refusal(blueprint, node.id, target, way);
  return (
    <details className="gpc-section" open={!outgoing.length && options.length > 0 ? true : undefined}>
      <summary>Leads to<small>{outgoing.length ? outgoing.length : "nothing yet"}</small></summary>
      <ul className="gpc-rows">
        {outgoing.map((edge) => <li key={edge.id}><span>{edge.branch ? `${edge.branch}: ` : ""}{titleOf(catalogue, nodeOf(blueprint, edge.target) ?? { id: edge.target, data: {} })}</span><IconButton icon="close" label={`Remove the connection to ${edge.target}`} onClick={() => cutEdge(edge.id)} /></li>)}
      </ul>
      <div className="gpc-connect">
        {branches.length > 0 && <select aria-label="Branch" value={way} onChange={(event) => setBranch(event.target.value)}>{branches.map((each) => <option key={each}>{each}</option>)}</select>}
        <select id={id} aria-label="Connect to" value={target} onChange={(event) => setTarget(event.target.value)}>
          <option value="">Connect to…</option>
          {options.map((each) => <option key={each.id} value={each.id}>{titleOf(catalogue, each)} ({each.id})</option>)}
        </select>
        <button type="button" className="gpc-button" disabled={!target || Boolean(reason)} onClick={() => connect(node.id, target, way) && setTarget("")}>Connect</button>
      </div>
      {reason && <p className="gpc-wrong" data-severity="warning">{reason}</p>}
    </details>
  );
}

export function InspectorHead({ node, children }) {
  const catalogue = useStore((state) => state.catalogue);
  const { remove, duplicate, show } = useActions();
  const { api } = useMount();
  const { isFixed } = useShown();
  const task = taskOf(catalogue, node);
  const service = serviceOf(catalogue, node.data.service);
  return (
    <header className="gpc-panel-head">
      <Icon name={iconOf(node)} size={18} />
      <div className="gpc-panel-words"><h2>{titleOf(catalogue, node)}</h2><p>{[service?.title, task?.description ?? KINDS[node.type]?.description].filter(Boolean).join(" · ")}</p></div>
      <IconButton icon="close" label="Close" onClick={() => show({ panel: null, selected: [] })} />
      {!isFixed && (
        <div className="gpc-head-tools">
          {api && node.type !== "trigger" && <><RunToHere node={node} /><PinButton node={node} /></>}
          <IconButton icon="copy" label="Duplicate this step" onClick={duplicate} />
          <IconButton icon="trash" label="Delete this step" className="gpc-danger" onClick={() => remove([node.id])} />
        </div>
      )}
      {children}
    </header>
  );
}
