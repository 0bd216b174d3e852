import { useEffect, useId, useState } from "react";
import { sampleState } from "../model/names.js";
import { shown, valueAt } from "../model/templates.js";
import { useMount, useStore } from "../state/context.jsx";
import { TemplateField } from "./TemplateField.jsx";

const PAUSE_MS = 400;
const PATH = /\b[a-z_]\w*(?:\.\w+)+\b/gi;

/** A condition with its check: the service reads it, and what it names is shown from the sample. */
export function ConditionField({ node, names, problems, onChange, onSettle }) {
  const id = useId();
  const text = node.data.params?.condition ?? "";
  const path = "data.params.condition";
  const found = problems.filter((problem) => problem.field === path);
  const check = useCheck(node, text, found);
  const state = sampleState(names);
  const used = [...new Set(text.match(PATH) ?? [])].map((each) => [each, valueAt(state, each.split("."))]).filter(([, value]) => value !== undefined);
  return (
    <div className="gpc-field" data-field={path}>
      <div className="gpc-field-head"><label htmlFor={id}>Condition</label><span className="gpc-required" aria-hidden="true">required</span><span className="gpc-space" /><span className="gpc-check" data-testid="check" data-tone={check.tone} role="status">{check.words}</span></div>
      <TemplateField id={id} isCode isLong isRequired value={text} names={names} describedBy={`${id}-help`} isWrong={check.tone === "failed"} placeholder="trigger_data.amount > 1000" onBlur={onSettle} onChange={(condition) => onChange({ ...node.data.params, condition }, path)} />
      <div id={`${id}-help`}>
        {check.problems.map((problem) => <p key={problem.code + problem.message} className="gpc-wrong" data-severity={problem.severity}>{problem.message} {problem.next_step}</p>)}
        {used.length > 0 && <dl className="gpc-values" aria-label="In the sample">{used.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{shown(value).slice(0, 80)}</dd></div>)}</dl>}
        <p className="gpc-help">True or false, in CEL: <code>==</code> <code>&amp;&amp;</code> <code>||</code> <code>has(x.y)</code> <code>int(x)</code> <code>"a" in x.list</code></p>
      </div>
    </div>
  );
}

/** What the service says of the text as it stands, before it is saved. */
function useCheck(node, text, saved) {
  const { api, store } = useMount();
  const blueprint = useStore((state) => state.blueprint);
  const [checked, setChecked] = useState({ text: null, problems: [] });
  useEffect(() => {
    if (!api || !text.trim()) return undefined;
    let isGone = false;
    const timer = setTimeout(async () => {
      const answer = await api.validate(store.get().blueprint).catch(() => null);
      if (isGone || !answer) return;
      setChecked({ text, problems: answer.problems.filter((problem) => problem.node_id === node.id && problem.field === "data.params.condition") });
    }, PAUSE_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [api, store, text, node.id, blueprint]);
  if (!text.trim()) return { tone: "", words: "", problems: saved };
  const hint = bracketHint(text);
  if (checked.text !== text) return { tone: hint ? "failed" : "", words: hint || (api ? "Checking…" : ""), problems: [] };
  const isWrong = checked.problems.some((problem) => problem.severity === "error");
  const isDoubtful = checked.problems.length > 0;
  return { tone: isWrong ? "failed" : isDoubtful ? "waiting" : "done", words: isWrong ? "Cannot be read" : isDoubtful ? "Fails on the sample" : "Valid", problems: checked.problems };
}

function bracketHint(text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  if (/["']/.test(bare)) return "A quote is open";
  const depth = [...bare].reduce((sum, each) => sum + (each === "(" ? 1 : each === ")" ? -1 : 0), 0);
  return depth > 0 ? "A bracket is open" : depth < 0 ? "A bracket is too many" : "";
}
