import { useActions, useStore } from "../state/context.jsx";
import { Fields } from "./fields.jsx";
import { Head } from "./panels.jsx";

const SCHEMA = {
  type: "object",
  properties: {
    time_zone: { type: "string", title: "Time zone", description: "Of schedules and of moments that name none, such as Asia/Kolkata. UTC without one.", examples: ["Asia/Kolkata"] },
    currency: { type: "string", title: "Currency", pattern: "^[A-Z]{3}$", description: "Three letters, such as INR.", examples: ["INR"] },
    notify_on_failure: { type: "boolean", title: "Tell me when a run fails", default: true },
    run_timeout: { type: "number", minimum: 1, title: "Time limit of a run (seconds)" },
    max_parallel: { type: "integer", minimum: 1, title: "Steps of a run at the same time", default: 8 },
    retention_days: { type: "integer", minimum: 1, title: "Keep runs for (days)" },
  },
};
const CONCURRENCY = {
  type: "object",
  required: ["limit"],
  properties: {
    limit: { type: "integer", minimum: 1, title: "Runs at the same time" },
    key: { type: "string", title: "For each", description: "A template whose every value has places of its own, such as {{trigger_data.customer.phone}}." },
    when_full: { enum: ["queue", "skip"], title: "When there is no place", default: "queue" },
  },
};
const NAMES = [];

/** What holds for the whole workflow. */
export function SettingsPanel() {
  const settings = useStore((state) => state.blueprint.settings ?? {});
  const problems = useStore((state) => state.problems).filter((problem) => !problem.node_id && !problem.edge_id && problem.field.startsWith("settings"));
  const isFixed = useStore((state) => state.isReadOnly || state.proposal !== null || state.viewed !== null);
  const { changeSettings, settle } = useActions();
  const shared = { names: NAMES, problems, onSettle: settle };
  const { concurrency } = settings;
  const limit = (next, visit) => {
    const { concurrency: _gone, ...rest } = settings;
    changeSettings(next?.limit ? { ...rest, concurrency: next } : rest, visit);
  };
  return (
    <section className="gpc-panel" aria-label="Settings of the workflow" data-testid="settings">
      <Head title="Settings" words="They hold for the whole workflow." />
      <form className="gpc-form gpc-panel-body" onSubmit={(event) => event.preventDefault()}>
        <fieldset disabled={isFixed}>
          <Fields {...shared} schema={SCHEMA} root={SCHEMA} value={settings} path="settings" onChange={changeSettings} />
          <details className="gpc-section" open={Boolean(concurrency)}>
            <summary>Runs at the same time<small>{concurrency ? `${concurrency.limit} at most` : "no limit"}</small></summary>
            <Fields {...shared} schema={CONCURRENCY} root={CONCURRENCY} value={concurrency ?? {}} path="settings.concurrency" onChange={limit} />
          </details>
        </fieldset>
      </form>
    </section>
  );
}
