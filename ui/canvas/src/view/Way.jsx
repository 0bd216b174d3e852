import { BaseEdge, EdgeLabelRenderer, getBezierPath } from "@xyflow/react";
import { memo } from "react";
import { useActions } from "../state/context.jsx";
import { useCounts } from "./derived.js";
import { Icon } from "./icons.jsx";

const TAKEN = { stroke: "var(--gpc-done)" };

/** An edge: its branch and how often it was taken, and a button that puts a step in between. */
export const Way = memo(function Way({ id, data, selected, markerEnd, ...ends }) {
  const { show, cutEdge } = useActions();
  const count = useCounts().get(id);
  const [path, x, y] = getBezierPath(ends);
  const words = [data.branch, count === undefined ? null : String(count)].filter(Boolean).join(" · ");
  return (
    <>
      <BaseEdge id={id} path={path} markerEnd={markerEnd} interactionWidth={24} style={count > 0 ? TAKEN : undefined} />
      <EdgeLabelRenderer>
        <div className="gpc-way nodrag nopan" data-testid={`edge-${id}`} data-branch={data.branch} data-change={data.change} data-taken={count > 0 || undefined} data-selected={selected || undefined} style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}>
          {words && <span className="gpc-way-label">{words}</span>}
          {data.canInsert && <button type="button" className="gpc-way-plus" aria-label={`Insert a step between ${ends.source} and ${ends.target}`} title="Insert a step" onClick={() => show({ inserting: id, panel: "palette", selected: [], selectedEdges: [] })}><Icon name="plus" size={12} /></button>}
          {selected && data.canInsert && <button type="button" className="gpc-way-plus gpc-way-cut" aria-label="Remove this connection" title="Remove this connection" onClick={() => cutEdge(id)}><Icon name="close" size={12} /></button>}
        </div>
      </EdgeLabelRenderer>
    </>
  );
});
