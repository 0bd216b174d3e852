import { useEffect, useId, useState } from "react";
import { KINDS } from "../model/catalogue.js";
import { isTemplate } from "../model/templates.js";
import { useMount } from "../state/context.jsx";
import { Fields } from "./fields.jsx";

const { assistant: NAME, ...OTHERS } = KINDS.agent.params.properties;
const OTHER = { ...KINDS.agent.params, properties: OTHERS, required: ["input"] };
const NAMED = { ...KINDS.agent.params, properties: { assistant: NAME }, required: ["assistant"] };
/** No assistant is called so. */
const BY_NAME = "\n";

/** Whom a step asks: one of the assistants there are, or a name that comes from elsewhere. */
export function AgentFields({ node, ...rest }) {
  const id = useId();
  const { api } = useMount();
  const [known, setKnown] = useState([]);
  const params = node.data.params ?? {};
  const chosen = params.assistant ?? "";
  const found = known.find((each) => each.id === chosen || each.name === chosen);
  const [isNamed, setNamed] = useState(isTemplate(chosen));
  useEffect(() => {
    api?.assistants().then(setKnown, () => setKnown([]));
  }, [api]);
  const isFree = isNamed || !known.length || Boolean(chosen && !found);
  const choose = (value) => {
    setNamed(value === BY_NAME);
    rest.onChange({ ...params, assistant: value === BY_NAME ? chosen : value });
  };
  return (
    <>
      {known.length > 0 && (
        <div className="gpc-field" data-field={isFree ? undefined : "data.params.assistant"}>
          <div className="gpc-field-head"><label htmlFor={id}>Asks</label><span className="gpc-required" aria-hidden="true">required</span><span className="gpc-space" /></div>
          <select id={id} value={isFree && (isNamed || chosen) ? BY_NAME : found?.id ?? ""} onChange={(event) => choose(event.target.value)}>
            <option value="" disabled>Choose an assistant or a workflow…</option>
            {known.map((each) => <option key={each.id} value={each.id}>{each.name}</option>)}
            <option value={BY_NAME}>Another one, by its name</option>
          </select>
        </div>
      )}
      {isFree && (isNamed || chosen || !known.length) && <Fields {...rest} schema={NAMED} root={NAMED} value={params} path="data.params" />}
      <Fields {...rest} schema={OTHER} root={OTHER} value={params} path="data.params" />
    </>
  );
}
