import { useId, useState } from "react";
import { inWords } from "../model/catalogue.js";
import { blank, controlOf, isLiteral, labelOf, mistake, resolved } from "../model/schema.js";
import { isTemplate, shown } from "../model/templates.js";
import { IconButton } from "./icons.jsx";
import { TemplateField } from "./TemplateField.jsx";

const NONE = [];
const SECONDS = /\(seconds\)|^Seconds/;

/**
 * The fields of an object's schema.
 * @param {{schema: Object, root: Object, value: Object, onChange: Function, onSettle: Function, names: Object[], problems: Object[], path: string}} props
 */
export function Fields({ schema, root, value, path, ...rest }) {
  const names = Object.keys(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const set = (name, inner) => {
    const next = { ...value, [name]: inner };
    if (inner === undefined || inner === "") delete next[name];
    rest.onChange(next, `${path}.${name}`);
  };
  return names.map((name) => (
    <Field key={name} {...rest} name={name} path={`${path}.${name}`} root={root} schema={resolved(schema.properties[name], root)} isRequired={required.has(name)} value={value?.[name]} onChange={(inner, visit) => (visit ? rest.onChange({ ...value, [name]: inner }, visit) : set(name, inner))} />
  ));
}

export function Field({ name, schema, isRequired, value, path, ...rest }) {
  const id = useId();
  const [isTouched, setTouched] = useState(false);
  const control = controlOf(schema);
  const own = isTouched ? mistake(schema, value, isRequired) : "";
  const found = rest.problems.filter((problem) => problem.field === path);
  const isText = ["text", "lines", "json"].includes(control);
  const asTemplate = isText || isTemplate(value);
  const blur = () => { setTouched(true); rest.onSettle(); };
  const shared = { id, describedBy: `${id}-help`, isWrong: Boolean(own || found.some((problem) => problem.severity === "error")), isRequired, onBlur: blur };
  const Control = asTemplate ? TextControl : CONTROLS[control];
  const names = isLiteral(schema) ? NONE : rest.names;
  return (
    <div className="gpc-field" data-field={path}>
      <div className="gpc-field-head">
        <label htmlFor={id}>{rest.label ?? labelOf(name, schema)}</label>{isRequired && <span className="gpc-required" aria-hidden="true">required</span>}<span className="gpc-space" />
        {!isText && names.length > 0 && ["number", "check", "choice", "list"].includes(control) && (
          <IconButton icon="braces" label={isTemplate(value) ? `Type ${labelOf(name, schema)} instead` : `Take ${labelOf(name, schema)} from an earlier step`} aria-pressed={isTemplate(value)} onClick={() => rest.onChange(isTemplate(value) ? undefined : "{{")} />
        )}
      </div>
      <Control {...rest} {...shared} names={names} path={path} schema={schema} control={control} value={value} />
      <div id={`${id}-help`}>
        {own && !found.length && <p className="gpc-wrong">{own}</p>}
        {found.map((problem) => <p key={problem.code + problem.message} className="gpc-wrong" data-severity={problem.severity}>{problem.message} {problem.next_step}</p>)}
        {typeof value === "number" && value >= 60 && SECONDS.test(schema.title ?? "") && <p className="gpc-help">That is {inWords(value)}.</p>}
        {(schema.description || isLiteral(schema)) && <p className="gpc-help">{schema.description} {isLiteral(schema) && "Taken as it is written, without values of earlier steps."}</p>}
      </div>
    </div>
  );
}

function TextControl({ value, onChange, schema, control, ...rest }) {
  const change = (text) => onChange(control === "json" ? parsed(text) : text);
  const placeholder = schema.examples?.[0] === undefined ? undefined : shown(schema.examples[0]);
  return <TemplateField {...rest} value={value} onChange={change} isLong={control === "lines" || (control === "json" && typeof value === "object")} placeholder={placeholder} />;
}

function parsed(text) {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function Choice({ id, describedBy, isWrong, isRequired, value, onChange, onBlur, schema }) {
  const chosen = schema.enum.findIndex((each) => each === (value ?? schema.default));
  return (
    <select id={id} aria-describedby={describedBy} aria-invalid={isWrong || undefined} aria-required={isRequired || undefined} value={chosen} onBlur={onBlur} onChange={(event) => onChange(schema.enum[Number(event.target.value)])}>
      {chosen < 0 && <option value={-1}>Choose…</option>}
      {schema.enum.map((each, place) => <option key={shown(each)} value={place}>{shown(each).replaceAll("_", " ")}</option>)}
    </select>
  );
}

function Check({ id, describedBy, value, onChange, onBlur, schema }) {
  return <input id={id} type="checkbox" aria-describedby={describedBy} checked={value ?? schema.default ?? false} onBlur={onBlur} onChange={(event) => onChange(event.target.checked)} />;
}

function Amount({ id, describedBy, isWrong, isRequired, value, onChange, onBlur, schema }) {
  const change = (text) => onChange(text === "" ? undefined : Number(text));
  return <input id={id} type="number" inputMode="decimal" step={schema.type === "integer" ? 1 : "any"} min={schema.minimum} max={schema.maximum} placeholder={schema.default ?? undefined} aria-describedby={describedBy} aria-invalid={isWrong || undefined} aria-required={isRequired || undefined} value={value ?? ""} onBlur={onBlur} onChange={(event) => change(event.target.value)} />;
}

function List({ id, value, onChange, schema, path, root, ...rest }) {
  const items = Array.isArray(value) ? value : [];
  const inner = resolved(schema.items, root);
  const put = (place, item) => onChange(items.map((each, at) => (at === place ? item : each)));
  return (
    <div className="gpc-list" id={id} role="group">
      {items.map((item, place) => (
        <div key={place} className="gpc-list-row">
          <Field {...rest} root={root} name="item" label={`${place + 1}.`} path={`${path}.${place}`} schema={{ ...inner, description: undefined }} value={item} onChange={(next) => put(place, next ?? "")} isRequired={false} />
          <IconButton icon="close" label={`Remove ${place + 1}.`} onClick={() => onChange(items.filter((_each, at) => at !== place))} />
        </div>
      ))}
      <button type="button" className="gpc-quiet-button" onClick={() => onChange([...items, blank(inner)])}>Add {items.length ? "another" : "one"}</button>
    </div>
  );
}

function Nested({ id, value, schema, ...rest }) {
  return <div className="gpc-nested" id={id} role="group"><Fields {...rest} schema={schema} value={value ?? {}} /></div>;
}

function Pairs({ id, value, onChange, onBlur, describedBy, isWrong }) {
  const [text, setText] = useState(null);
  const [isBroken, setBroken] = useState(false);
  const leave = () => {
    onBlur();
    if (text === null) return;
    const next = text.trim() === "" ? undefined : parsed(text);
    if (typeof next === "string") return setBroken(true);
    setBroken(false);
    setText(null);
    onChange(next);
  };
  return (
    <>
      <textarea id={id} className="gpc-code" rows={3} spellCheck={false} placeholder="{ }" aria-describedby={describedBy} aria-invalid={isWrong || isBroken || undefined} value={text ?? (value === undefined ? "" : JSON.stringify(value, null, 2))} onChange={(event) => setText(event.target.value)} onBlur={leave} />
      {isBroken && <p className="gpc-wrong">This is not a JSON object yet, so it is not saved.</p>}
    </>
  );
}

const CONTROLS = { choice: Choice, check: Check, number: Amount, list: List, object: Nested, pairs: Pairs };
