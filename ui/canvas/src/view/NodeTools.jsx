import { isOver } from "../api.js";
import { useMount, useStore } from "../state/context.jsx";
import { IconButton } from "./icons.jsx";

/** What is done with the selected step, above its card. */
export function NodeTools({ node, isFixed }) {
  const { api, actions } = useMount();
  if (isFixed) return null;
  return (
    <div className="gpc-tools nodrag nopan" role="toolbar" aria-label={`Step ${node.id}`} onClick={(event) => event.stopPropagation()}>
      {api && node.type !== "trigger" && <RunToHere node={node} />}
      {api && node.type !== "trigger" && <PinButton node={node} />}
      <IconButton icon="copy" label="Duplicate" onClick={actions.duplicate} />
      <IconButton icon="trash" label="Delete" className="gpc-danger" onClick={() => actions.remove([node.id])} />
    </div>
  );
}

export function RunToHere({ node }) {
  const { actions } = useMount();
  const isBusy = useStore((state) => state.run !== null && !isOver(state.run.status));
  return <IconButton icon="play" label="Run to here" disabled={isBusy} onClick={() => actions.show({ until: node.id, panel: "run", selected: [], selectedEdges: [] })} />;
}

export function PinButton({ node, output }) {
  const { pinning, actions } = useMount();
  const isPinned = useStore((state) => node.id in state.pins);
  const sample = useStore((state) => state.samples[node.id]);
  const value = output ?? sample;
  const press = () => {
    const reason = pinning.pin(node.id, isPinned ? undefined : value);
    if (reason) actions.notify(reason, "error");
  };
  const label = isPinned ? "Unpin its output" : value === undefined ? "Run it once to pin its output" : "Pin its output: tests take it, and do not do this step";
  return <IconButton icon="pin" label={label} aria-pressed={isPinned} disabled={!isPinned && value === undefined} onClick={press} />;
}
