/** Runs on the canvas: started, followed while they go on, answered in place. */
import { isOver } from "../api.js";
import { difference } from "../model/diff.js";

const PAUSE_MS = 150;
const POLL_MS = 2000;

export function runningOf(store, api, pinning) {
  let stopWatching = null;
  let timer = 0;
  let polling = 0;
  let isReading = false;
  let isWanted = false;

  async function read(id = store.get().run?.id) {
    if (!id) return;
    if (isReading) return void (isWanted = true);
    isReading = true;
    try {
      const run = await api.run(id);
      if (store.get().run?.id === id) shown(run);
    } catch (error) {
      store.set({ notice: { text: error.message, tone: "error" } });
    } finally {
      isReading = false;
    }
    if (isWanted) {
      isWanted = false;
      await read();
    }
  }

  function shown(run) {
    const { notice, run: last } = store.get();
    const ended = isOver(run.status) && !isOver(last?.status) && last?.items;
    store.set({ run, samples: sampled(store.get().samples, run), notice: ended ? { text: endOf(run), tone: run.status === "success" ? "done" : "error" } : notice });
    if (isOver(run.status)) settle();
  }

  function follow() {
    stopWatching ??= api.watch(soon);
    clearInterval(polling);
    // The net below the monitor, where a proxy lets no WebSocket through.
    polling = setInterval(() => void read(), POLL_MS);
  }

  function soon() {
    if (!store.get().run) return;
    timer ||= setTimeout(() => {
      timer = 0;
      void read();
    }, PAUSE_MS);
  }

  function settle() {
    clearInterval(polling);
    stopWatching?.();
    stopWatching = null;
  }

  /** The version that a run ran, where the draft is another one by now. */
  async function versionOf(run) {
    const { save, blueprint } = store.get();
    if (!run.version || (run.version === save.version && save.state === "saved")) return null;
    const ran = await api.version(run.version);
    return difference(ran, blueprint).isEmpty ? null : ran;
  }

  return {
    async start(payload, version, trigger) {
      const until = store.get().until ?? undefined;
      const { run_id } = await api.execute(payload, version, { trigger, until, pinned: pinning.current() });
      store.set({ run: { id: run_id, status: "pending", items: [] }, viewed: null, panel: "run", shownNode: null });
      follow();
      await read(run_id);
    },
    async open(id) {
      settle();
      store.set({ run: { id, status: "pending", items: null }, viewed: null, panel: "run", shownNode: null });
      await read(id);
      const { run } = store.get();
      if (run?.id !== id || !run.items) return;
      const viewed = await versionOf(run);
      if (viewed && store.get().run?.id === id) store.set((state) => ({ viewed, selected: [], selectedEdges: [], fitting: state.fitting + 1 }));
      if (!isOver(run.status)) follow();
    },
    async list() {
      store.set({ runs: await api.runs() });
    },
    /** What the last run brought, to build with. */
    async sample() {
      const [last] = await api.runs();
      const ran = last ? sampled({}, await api.run(last.run_id)) : {};
      const received = {};
      for (const { id, data: { service, task } } of store.get().blueprint.nodes.filter((node) => node.type === "trigger" && node.data.service !== "manual")) {
        const [newest] = await api.samples(service, task);
        if (newest) received[id] = newest.data;
      }
      store.set(({ samples }) => ({ samples: { ...received, ...ran, ...samples } }));
    },
    async answer(item, value) {
      await api.answer(store.get().run, item, value);
      follow();
      await read();
    },
    async cancel() {
      await api.cancel(store.get().run);
      await read();
    },
    close() {
      settle();
      store.set((state) => ({ run: null, viewed: null, shownNode: null, fitting: state.viewed ? state.fitting + 1 : state.fitting }));
    },
    stop: settle,
  };
}

/** With what the steps of a run gave back; the trigger's too. */
function sampled(samples, run) {
  const found = { ...samples };
  for (const item of run.items ?? []) if (item.state === "done" && item.output !== undefined && item.output !== null) found[item.id] = item.output;
  if (run.trigger && run.given && Object.keys(run.given).length) found[run.trigger] = run.given;
  return found;
}

const endOf = ({ status, trial }) => (status === "success" && trial ? "The test is done." : ENDED[status] ?? "The run has ended.");
const ENDED = { success: "The run is done.", error: "The run failed.", cancelled: "The run was cancelled.", timeout: "The run took too long." };
