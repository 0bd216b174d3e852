import { useId, useRef, useState } from "react";
import { completions, sampleState } from "../model/names.js";
import { completed, isTemplate, openPath, resolvedText, shown } from "../model/templates.js";

/** A text that may hold `{{paths}}`: completes them, and shows what the sample makes of it. */
export function TemplateField({ id, value, onChange, onBlur, names, isLong, isCode, describedBy, isWrong, isRequired, placeholder }) {
  const field = useRef(null);
  const list = useId();
  const [open, setOpen] = useState(null);
  const [at, setAt] = useState(0);
  const options = open === null ? [] : completions(names, open);
  const look = (element) => {
    const before = openPath(element.value, element.selectionStart);
    const word = isCode && !before ? /[A-Za-z_][\w.]*$/.exec(element.value.slice(0, element.selectionStart)) : null;
    setOpen(before ? before.typed : word && word[0].length > 1 ? word[0] : null);
    setAt(0);
  };
  const choose = (option) => {
    const caret = field.current.selectionStart;
    const next = isCode ? wordReplaced(value ?? "", caret, option.path) : completed(value ?? "", caret, option.path);
    onChange(next.text);
    setOpen(null);
    requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret));
  };
  const press = (event) => {
    if (!options.length) return;
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way) setAt((at + way + options.length) % options.length);
    else if (event.key === "Enter" || event.key === "Tab") choose(options[at]);
    else if (event.key === "Escape") setOpen(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const Input = isLong ? "textarea" : "input";
  return (
    <div className="gpc-template">
      <Input
        ref={field} id={id} className={isCode ? "gpc-code" : undefined} value={shown(value)} rows={isLong ? Math.min(10, Math.max(isCode ? 2 : 3, shown(value).split("\n").length)) : undefined}
        role="combobox" aria-autocomplete="list" aria-expanded={options.length > 0} aria-controls={list} aria-activedescendant={options.length ? `${list}-${at}` : undefined}
        aria-describedby={describedBy} aria-invalid={isWrong || undefined} aria-required={isRequired || undefined} spellCheck={!isCode} autoComplete="off" placeholder={placeholder}
        onChange={(event) => { onChange(event.target.value); look(event.target); }} onKeyDown={press} onClick={(event) => look(event.target)} onBlur={() => { setOpen(null); onBlur?.(); }}
      />
      {options.length > 0 && (
        <ul id={list} role="listbox" className="gpc-options" aria-label="Values from earlier steps">
          {options.map((option, place) => (
            <li key={option.path} id={`${list}-${place}`} role="option" aria-selected={place === at} onMouseDown={(event) => { event.preventDefault(); choose(option); }}>
              <code>{option.path}</code><small>{option.value === undefined ? option.title : shown(option.value).slice(0, 60)}</small>
            </li>
          ))}
        </ul>
      )}
      {!isCode && isTemplate(value) && <Preview text={value} names={names} />}
    </div>
  );
}

function wordReplaced(text, caret, path) {
  const start = caret - (/[A-Za-z_][\w.]*$/.exec(text.slice(0, caret))?.[0].length ?? 0);
  return { text: text.slice(0, start) + path + text.slice(caret), caret: start + path.length };
}

function Preview({ text, names }) {
  const { value, missing } = resolvedText(text, sampleState(names));
  if (missing.length) return <p className="gpc-preview" data-missing>No sample for {missing.join(", ")} yet.</p>;
  return <p className="gpc-preview" data-testid="preview">With the sample: <code>{shown(value).slice(0, 300)}</code></p>;
}
