import { useEffect, useId, useRef, useState } from "react";
import { DEFAULT_CASE, casesOf } from "../model/blueprint.js";
import { sampleState } from "../model/names.js";
import { shown, valueAt } from "../model/templates.js";
import { useMount, useStore } from "../state/context.jsx";
import { IconButton } from "./icons.jsx";
import { TemplateField } from "./TemplateField.jsx";

const PAUSE_MS = 250;
const PATH = /\b[a-z_]\w*(?:\.\w+)+\b/gi;
const MODES = { one: "True or false", several: "Several cases" };

/** What a condition asks: one thing with two ways, or several cases of which the first that holds is taken. */
export function ConditionFields({ node, names, problems, onChange, onSettle }) {
  const id = useId();
  const cases = casesOf(node);
  const params = node.data.params ?? {};
  const shared = { names, problems, onSettle };
  const choose = (mode) => {
    if (mode === "several") onChange({ cases: [{ name: "yes", condition: params.condition ?? "" }] }, "cases", new Map([["true", "yes"], ["false", DEFAULT_CASE]]));
    else onChange({ condition: cases[0]?.condition ?? "" }, "cases", new Map([[cases[0]?.name, "true"], [DEFAULT_CASE, "false"]]));
  };
  return (
    <>
      <div className="gpc-field">
        <div className="gpc-field-head"><label htmlFor={id}>Ways out</label></div>
        <select id={id} value={cases ? "several" : "one"} onChange={(event) => choose(event.target.value)}>{Object.entries(MODES).map(([mode, words]) => <option key={mode} value={mode}>{words}</option>)}</select>
      </div>
      {cases
        ? <Cases {...shared} cases={cases} onChange={(next, visit, ways) => onChange({ ...params, cases: next }, visit, ways)} />
        : <ConditionField {...shared} label="Condition" path="data.params.condition" text={params.condition ?? ""} onChange={(condition) => onChange({ ...params, condition }, "data.params.condition")} />}
    </>
  );
}

function Cases({ cases, onChange, ...shared }) {
  const put = (place, change, visit) => onChange(cases.map((each, at) => (at === place ? { ...each, ...change } : each)), visit);
  const swap = (place) => {
    const next = [...cases];
    [next[place - 1], next[place]] = [next[place], next[place - 1]];
    // Each keeps its own edges.
    onChange(next, "cases", new Map(cases.map(({ name }) => [name, name])));
  };
  const add = () => {
    const taken = new Set(cases.map((each) => each.name));
    let number = cases.length + 1;
    while (taken.has(`case_${number}`)) number += 1;
    onChange([...cases, { name: `case_${number}`, condition: "" }], "cases");
  };
  return (
    <div className="gpc-cases" role="group" aria-label="Cases" data-field="data.params.cases">
      {cases.map((each, place) => (
        <section key={place} className="gpc-case" aria-label={`Case ${place + 1}`}>
          <div className="gpc-case-head">
            <span className="gpc-case-number" aria-hidden="true">{place + 1}</span>
            <input type="text" aria-label={`Name of case ${place + 1}`} value={each.name ?? ""} autoComplete="off" onChange={(event) => put(place, { name: event.target.value }, `cases.${place}.name`)} onBlur={shared.onSettle} />
            <IconButton icon="up" label={`Ask case ${place + 1} earlier`} disabled={place === 0} onClick={() => swap(place)} />
            <IconButton icon="trash" label={`Remove case ${place + 1}`} className="gpc-danger" disabled={cases.length === 1} onClick={() => onChange(cases.filter((_each, at) => at !== place), "cases")} />
          </div>
          {shared.problems.filter((problem) => problem.field === `data.params.cases.${place}.name`).map((problem) => <p key={problem.code} className="gpc-wrong">{problem.message} {problem.next_step}</p>)}
          <ConditionField {...shared} label="When" labelId={`Condition of case ${place + 1}`} path={`data.params.cases.${place}.condition`} text={each.condition ?? ""} isBrief onChange={(condition) => put(place, { condition }, `cases.${place}.condition`)} />
        </section>
      ))}
      <button type="button" className="gpc-quiet-button" onClick={add}>Add a case</button>
      <p className="gpc-help">The first that holds is taken; <strong>{DEFAULT_CASE}</strong> when none does.</p>
    </div>
  );
}

/** One condition with its check while it is written: what it answers for the sample, or why it does not. */
function ConditionField({ label, labelId, text, path, names, problems, isBrief, onChange, onSettle }) {
  const id = useId();
  const found = problems.filter((problem) => problem.field === path);
  const check = useCheck(text, names);
  const state = sampleState(names);
  const used = [...new Set(text.match(PATH) ?? [])].map((each) => [each, valueAt(state, each.split("."))]).filter(([, value]) => value !== undefined);
  const others = check.isKnown ? found.filter((problem) => !["condition_syntax", "condition_type", "var_root", "sample_fails"].includes(problem.code)) : found;
  return (
    <div className="gpc-field" data-field={path}>
      <div className="gpc-field-head"><label htmlFor={id}>{label}{labelId && <span className="gpc-hidden">, {labelId}</span>}</label><span className="gpc-required" aria-hidden="true">required</span><span className="gpc-space" /><span className="gpc-check" data-testid="check" data-tone={check.tone} role="status">{check.words}</span></div>
      <TemplateField id={id} isCode isLong isRequired value={text} names={names} describedBy={`${id}-help`} isWrong={check.tone === "failed" || (!check.isKnown && found.some((problem) => problem.severity === "error"))} placeholder="trigger_data.amount > 1000" onBlur={onSettle} onChange={onChange} />
      <div id={`${id}-help`}>
        {check.message && <p className="gpc-wrong" data-testid="check-message" data-severity={check.tone === "failed" ? "error" : "warning"}>{check.message}</p>}
        {check.mark && <pre className="gpc-mark" aria-hidden="true">{check.mark}</pre>}
        {others.map((problem) => <p key={problem.code + problem.message} className="gpc-wrong" data-severity={problem.severity}>{problem.message} {problem.next_step}</p>)}
        {used.length > 0 && <dl className="gpc-values" aria-label="In the sample">{used.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{shown(value).slice(0, 80)}</dd></div>)}</dl>}
        {!isBrief && <p className="gpc-help">True or false, in CEL: <code>==</code> <code>&amp;&amp;</code> <code>||</code> <code>has(x.y)</code> <code>int(x)</code> <code>"a" in x.list</code></p>}
      </div>
    </div>
  );
}

const WORDS = { true: "True for the sample", false: "False for the sample", invalid: "Cannot be read", no_answer: "No answer for the sample" };
const TONES = { true: "done", false: "neutral", invalid: "failed", no_answer: "waiting" };
const QUIET = { tone: "", words: "", message: "", mark: "", isKnown: false };

/** What the service answers to the text as it stands, before it is saved. */
function useCheck(text, names) {
  const { api } = useMount();
  const samples = useStore((state) => state.samples);
  const [checked, setChecked] = useState({ text: null, answer: null });
  const latest = useRef(names);
  latest.current = names;
  // Other edits make the same names anew: they are no reason to ask again.
  const named = names.map((each) => each.name).join();
  useEffect(() => {
    if (!api || !text.trim()) return undefined;
    let isGone = false;
    const timer = setTimeout(async () => {
      const known = latest.current.filter((each) => each.value !== undefined);
      const answer = await api.check(text, named.split(","), sampleState(known)).catch(() => null);
      if (!isGone) setChecked({ text, answer });
    }, PAUSE_MS);
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [api, text, named, samples]);
  if (!api || !text.trim()) return QUIET;
  if (checked.text !== text) return { ...QUIET, words: bracketHint(text) || "Checking…" };
  const { answer } = checked;
  if (!answer) return { ...QUIET, words: "Not checked" };
  return { tone: TONES[answer.status], words: WORDS[answer.status], message: answer.message, mark: markOf(text, answer), isKnown: true };
}

/** The line with a mark below the place where it cannot be read. */
function markOf(text, { status, line, column }) {
  if (status !== "invalid" || !line || !column) return "";
  const whole = text.split("\n")[line - 1] ?? "";
  const start = Math.max(0, column - 30);
  return `${whole.slice(start, start + 46)}\n${" ".repeat(Math.max(0, column - 1 - start))}^`;
}

function bracketHint(text) {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, "");
  if (/["']/.test(bare)) return "A quote is open";
  const depth = [...bare].reduce((sum, each) => sum + (each === "(" ? 1 : each === ")" ? -1 : 0), 0);
  return depth > 0 ? "A bracket is open" : depth < 0 ? "A bracket is too many" : "";
}
