/**
 * The service's HTTP API as the canvas speaks it: the only place that knows routes and shapes.
 */

export class ApiError extends Error {
  constructor(status, body) {
    super(body?.detail && typeof body.detail === "string" ? body.detail : body?.message ?? `The service answered ${status}.`);
    this.status = status;
    this.body = body ?? {};
  }
}

const STATES = { success: "done", error: "failed", cancelled: "skipped" };
export const isOver = (status) => ["success", "error", "cancelled", "timeout"].includes(status);

/** @param {{base?: string, id: string, csrf?: string}} place */
export function apiOf({ base = "", id, csrf }) {
  async function call(method, path, body, headers = {}) {
    const answer = await fetch(base + path, {
      method,
      credentials: "same-origin",
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...(csrf ? { "x-csrf-token": csrf } : {}), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    const data = text ? parsed(text) : null;
    if (!answer.ok) throw new ApiError(answer.status, data);
    return data;
  }
  const own = `/workflows/${encodeURIComponent(id)}`;
  return {
    async load() {
      const [catalogue, workflow, connections] = await Promise.all([call("GET", "/integrations"), call("GET", own), call("GET", "/connections")]);
      const { problems } = await call("POST", `${own}/validate`, {});
      return { catalogue, connections: connections.map(connectionOf), blueprint: workflow.blueprint, version: workflow.draft_version, active: workflow.active_version, rights: workflow.rights ?? "owner", problems };
    },
    async connections() {
      return (await call("GET", "/connections")).map(connectionOf);
    },
    async current() {
      const workflow = await call("GET", own);
      return { blueprint: workflow.blueprint, version: workflow.draft_version, active: workflow.active_version };
    },
    /** Throws an `ApiError` of 409 when another version came between. */
    save: (blueprint, version) => call("PUT", own, { blueprint }, { "If-Match": String(version) }),
    validate: (blueprint) => call("POST", `${own}/validate`, { blueprint }),
    activate: (version) => call("POST", `${own}/activate`, { version }),
    deactivate: () => call("POST", `${own}/deactivate`),
    versions: () => call("GET", `${own}/versions?limit=50`),
    outputAddress: (run, artifact) => `${base}/workflows/runs/${encodeURIComponent(run)}/outputs/${encodeURIComponent(artifact)}`,
    async version(number) {
      return (await call("GET", `${own}/versions/${number}`)).blueprint;
    },
    restore: (version) => call("POST", `${own}/restore`, { version }),
    draft: (prompt) => call("POST", "/workflows/draft", { prompt, workflow_id: id }),
    /** With `until` or `pinned` it is a test: it ends there, and what is pinned is not done. */
    execute: (payload, version, { trigger, until, pinned } = {}) => call("POST", `${own}/execute`, { payload, version, trigger, until, pinned }),
    check: (condition, names, sample) => call("POST", "/workflows/expressions/check", { condition, names, sample }),
    /** What a trigger brought lately, newest first. */
    async samples(service, task, since) {
      const asked = new URLSearchParams({ service, task, ...(since ? { since } : {}) });
      return (await call("GET", `/workflows/samples?${asked}`)).map((each) => ({ id: each.delivery_id, at: each.received_at, data: each.data }));
    },
    async assistants() {
      const found = await call("POST", "/assistants/search", { limit: 100 });
      return found.map((each) => ({ id: each.assistant_id, name: each.name }));
    },
    runs: () => call("GET", `${own}/runs?limit=20`),
    async run(runId) {
      return runOf(await call("GET", `/workflows/runs/${encodeURIComponent(runId)}`));
    },
    /** Answers what a node waits for: approvals by a vote, events by bringing them, all else as the run asks it. */
    async answer(run, node, value) {
      const { kind, approval_id: approval, event, key } = node.asks ?? {};
      if (kind === "approval" && approval) return call("POST", `/approvals/${encodeURIComponent(approval)}/vote`, value);
      if (kind === "wait" && event) return call("POST", `/workflows/events/${encodeURIComponent(event)}`, { key: key ?? null, data: value });
      const thread = `/threads/${encodeURIComponent(run.threadId)}`;
      const { interrupts } = await call("GET", thread);
      const asked = Object.values(interrupts ?? {}).flat();
      const found = asked.find((each) => each.value?.node_id === node.id && (each.value.item ?? node.id) === node.item);
      if (!found) throw new ApiError(409, { message: "This was answered already." });
      await call("POST", `${thread}/runs`, { assistant_id: id, command: { resume: { [found.id]: value } } });
    },
    /** Also one that waits. */
    cancel: (run) => call("POST", `/workflows/runs/${encodeURIComponent(run.id)}/cancel`),
    watch: (told) => watching(socketAddress(base, `${own}/monitor`), told),
  };
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 300) };
  }
};

const connectionOf = ({ connection_id, name, kind, status }) => ({ id: connection_id, name, kind, isOff: status === "off" });

function runOf(run) {
  const items = run.nodes.map((node) => ({
    id: node.node_id, item: node.item, state: STATES[node.status] ?? node.status, startedAt: node.started_at,
    duration: node.duration_s, attempts: node.attempts?.length ?? 1, tries: node.attempts ?? [], input: node.input, output: node.output,
    artifact: node.artifact_id ?? null, error: node.error, asks: node.asks,
  }));
  return { id: run.run_id, lastRunId: run.last_run_id, threadId: run.thread_id, version: run.version, status: run.status, error: run.failure?.message ?? run.error, startedAt: run.started_at ?? run.created_at, duration: run.duration_s, given: run.trigger_data, cause: run.cause, trial: run.trial ?? null, trigger: run.trigger ?? null, items };
}

function socketAddress(base, path) {
  const address = new URL(base + path, location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/** Says of each frame that something happened; closed while nobody looks. Returns how to stop. */
function watching(address, told) {
  let socket = null;
  let isStopped = false;
  let pause = 500;
  let timer = 0;
  const open = () => {
    if (isStopped || document.hidden || socket) return;
    socket = new WebSocket(address);
    socket.onopen = () => { pause = 500; };
    socket.onmessage = ({ data }) => told(parsed(data));
    socket.onclose = () => {
      socket = null;
      if (isStopped) return;
      timer = setTimeout(open, pause);
      pause = Math.min(pause * 2, 15000);
    };
  };
  const look = () => (document.hidden ? socket?.close() : open());
  document.addEventListener("visibilitychange", look);
  open();
  return () => {
    isStopped = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", look);
    socket?.close();
  };
}
