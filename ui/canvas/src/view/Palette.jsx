import { useEffect, useRef, useState } from "react";
import { paletteGroups } from "../model/catalogue.js";
import { useActions, useStore } from "../state/context.jsx";
import { PART } from "./Graph.jsx";
import { Icon, IconButton } from "./icons.jsx";

/** What can be added: by click, Enter or drag; the arrow keys go through it. */
export function Palette() {
  const catalogue = useStore((state) => state.catalogue);
  const inserting = useStore((state) => state.inserting);
  const extending = useStore((state) => state.extending);
  const panel = useStore((state) => state.panel);
  const [query, setQuery] = useState("");
  const search = useRef(null);
  const { add, show } = useActions();
  const hasTrigger = useStore((state) => state.blueprint.nodes.some((node) => node.type === "trigger"));
  const groups = paletteGroups(catalogue, query, hasTrigger);
  useEffect(() => {
    if (panel === "palette") search.current?.focus();
  }, [panel, inserting, extending]);
  const choose = (entry) => {
    if (add(entry.part)) setQuery("");
  };
  const step = (event) => {
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Enter" && event.target === search.current && groups.length) choose(groups[0].entries[0]);
    if (!way) return;
    event.preventDefault();
    const stops = [search.current, ...event.currentTarget.querySelectorAll(".gpc-part")];
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(document.activeElement) + way))]?.focus();
  };
  return (
    <section className="gpc-palette" aria-label="Steps to add" data-testid="palette" data-open={panel === "palette" || undefined} onKeyDown={step}>
      <div className="gpc-palette-head">
        <label className="gpc-search"><Icon name="search" /><input ref={search} type="search" placeholder="Search steps" aria-label="Search steps" value={query} onChange={(event) => setQuery(event.target.value)} /></label>
        <IconButton icon="close" label="Close the list of steps" className="gpc-palette-close" onClick={() => show({ panel: null, inserting: null, extending: null })} />
      </div>
      {(inserting || extending) && <p className="gpc-inserting">{inserting ? "Choose the step to insert." : `Choose the step after ${extending.source}${extending.branch ? `, ${extending.branch}` : ""}.`} <button type="button" className="gpc-link" onClick={() => show({ inserting: null, extending: null, panel: null })}>Cancel</button></p>}
      <div className="gpc-palette-groups">
        {groups.map((group) => (
          <div key={group.title} role="group" aria-label={group.title}>
            <h3>{group.title}</h3>
            {group.entries.map((entry) => (
              <button
                key={entry.key} type="button" className="gpc-part" draggable title={entry.description} data-testid={`part-${entry.key}`}
                onClick={() => choose(entry)} onDragStart={(event) => event.dataTransfer.setData(PART, JSON.stringify(entry.part))}
              >
                <Icon name={entry.icon} />
                <span className="gpc-part-words"><span>{entry.title}</span>{entry.service && <small>{entry.service}</small>}</span>
              </button>
            ))}
          </div>
        ))}
        {!groups.length && <p className="gpc-quiet">Nothing is called “{query}”. Try the name of a service, or what it should do.</p>}
      </div>
    </section>
  );
}
