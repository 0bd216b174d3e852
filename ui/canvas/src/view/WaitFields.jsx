import { useId } from "react";
import { KINDS } from "../model/catalogue.js";
import { Fields } from "./fields.jsx";

const WAYS = { seconds: "For a time", until: "Until a moment", event: "For an event" };

/** A wait is one of three kinds; the fields of the others are not shown. */
export function WaitFields({ node, ...rest }) {
  const id = useId();
  const params = node.data.params ?? {};
  const way = Object.keys(WAYS).find((each) => each !== "seconds" && params[each] !== undefined) ?? "seconds";
  const names = way === "event" ? ["event", "seconds"] : [way];
  const all = KINDS.wait.params.properties;
  const schema = { properties: Object.fromEntries(names.map((name) => [name, name === "seconds" && way === "event" ? { ...all.seconds, title: "At most (seconds)" } : all[name]])), required: [way] };
  const choose = (next) => rest.onChange({ [next]: next === "seconds" ? 60 : "" });
  // An empty text has to stay, since it says which kind of wait it is.
  const change = (value, visit) => rest.onChange(way === "seconds" ? value : { [way]: "", ...value }, visit);
  return (
    <>
      <div className="gpc-field">
        <div className="gpc-field-head"><label htmlFor={id}>Waits</label></div>
        <select id={id} value={way} onChange={(event) => choose(event.target.value)}>{Object.entries(WAYS).map(([name, words]) => <option key={name} value={name}>{words}</option>)}</select>
      </div>
      <Fields {...rest} onChange={change} schema={schema} root={schema} value={params} path="data.params" />
    </>
  );
}
