import { useStore } from "../state/context.jsx";
import { titleOf } from "../model/catalogue.js";
import { Field, Fields } from "./fields.jsx";

const SCHEMA = {
  properties: {
    retry_count: { type: "integer", minimum: 0, maximum: 10, title: "Attempts after the first", default: 0 },
    retry_delay: { type: "number", minimum: 0, maximum: 3600, title: "Seconds between them", default: 0 },
    backoff: { enum: ["fixed", "exponential"], title: "Pause", default: "fixed" },
    timeout: { type: "number", minimum: 1, title: "Time limit (seconds)" },
    on_failure: { enum: ["stop", "continue", "fallback"], title: "When it fails for good", default: "stop" },
  },
};
const PATH = "data.error_handling";

export function ErrorHandling({ node, problems, onChange, onSettle }) {
  const blueprint = useStore((state) => state.blueprint);
  const catalogue = useStore((state) => state.catalogue);
  const value = node.data.error_handling ?? {};
  const shared = { problems, onSettle, names: [], root: SCHEMA };
  const targets = blueprint.nodes.filter((each) => each.id !== node.id && each.type !== "trigger" && !blueprint.edges.some((edge) => edge.target === each.id));
  const set = (next, visit) => {
    const { fallback_action: fallback, ...rest } = next;
    onChange(rest.on_failure === "fallback" ? { ...rest, fallback_action: fallback ?? "notify_owner" } : rest, visit);
  };
  const fallback = { enum: [...targets.map((each) => each.id), "log_error", "notify_owner"], title: "Do instead", description: "A step that nothing leads to, or a built-in action." };
  const words = [value.retry_count ? `${value.retry_count + 1} attempts` : "", { continue: "goes on", fallback: `then ${nameOf(value.fallback_action)}` }[value.on_failure] ?? "stops the run"].filter(Boolean).join(", ");
  function nameOf(id) {
    const found = targets.find((each) => each.id === id);
    return found ? titleOf(catalogue, found) : (id ?? "").replace("_", " ");
  }
  return (
    <details className="gpc-section">
      <summary>When it fails<small>{words}</small></summary>
      <Fields {...shared} schema={SCHEMA} value={value} path={PATH} onChange={set} />
      {value.on_failure === "fallback" && <Field {...shared} name="fallback_action" path={`${PATH}.fallback_action`} schema={fallback} value={value.fallback_action} onChange={(id) => set({ ...value, fallback_action: id })} />}
    </details>
  );
}
