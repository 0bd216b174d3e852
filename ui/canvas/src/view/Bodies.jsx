import { ViewportPortal } from "@xyflow/react";
import { useMemo } from "react";
import { nodeOf } from "../model/blueprint.js";
import { factsOf } from "../model/catalogue.js";
import { loopBodies } from "../model/flow.js";
import { WIDTH, heightOf } from "../model/layout.js";

/** A frame behind the steps of each loop's body. */
export function Bodies({ blueprint }) {
  const frames = useMemo(() => framesOf(blueprint), [blueprint]);
  return (
    <ViewportPortal>
      {frames.map(({ id, title, x, y, width, height }) => (
        <div key={id} className="gpc-body" data-testid={`body-${id}`} style={{ transform: `translate(${x}px, ${y}px)`, width, height }}><span>{title}</span></div>
      ))}
    </ViewportPortal>
  );
}

function framesOf(blueprint) {
  const frames = [];
  for (const [id, body] of loopBodies(blueprint)) {
    const nodes = blueprint.nodes.filter((node) => body.has(node.id));
    if (!nodes.length) continue;
    const left = Math.min(...nodes.map((node) => node.position.x)) - 20;
    const top = Math.min(...nodes.map((node) => node.position.y)) - 32;
    const right = Math.max(...nodes.map((node) => node.position.x)) + WIDTH + 20;
    const bottom = Math.max(...nodes.map((node) => node.position.y + heightOf(node))) + 20;
    const loop = nodeOf(blueprint, id);
    frames.push({ id, title: `${loop.title || id}: for each item, ${factsOf(loop)[0]}`, x: left, y: top, width: right - left, height: bottom - top });
  }
  return frames;
}
