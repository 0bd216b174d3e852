/** Runs on the canvas: started, followed while they go on, answered in place. */
import { isOver } from "../api.js";

const PAUSE_MS = 150;
const POLL_MS = 2000;

export function runningOf(store, api) {
  let stopWatching = null;
  let timer = 0;
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
    const samples = { ...store.get().samples };
    for (const item of run.items) if (item.state === "done" && item.output !== undefined) samples[item.id] = item.output;
    const { notice } = store.get();
    const ended = isOver(run.status) && !isOver(store.get().run?.status) && store.get().run?.items;
    store.set({ run, samples, notice: ended ? { text: ENDED[run.status] ?? "The run has ended.", tone: run.status === "success" ? "done" : "error" } : notice });
    if (isOver(run.status)) settle();
  }

  function follow() {
    stopWatching ??= api.watch(soon);
    clearInterval(polling);
    // The net below the monitor, where a proxy lets no WebSocket through.
    polling = setInterval(() => void read(), POLL_MS);
  }
  let polling = 0;

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

  return {
    async start(payload, version, trigger) {
      const { run_id } = await api.execute(payload, version, trigger);
      store.set({ run: { id: run_id, status: "pending", items: [] }, panel: "run", shownNode: null });
      follow();
      await read(run_id);
    },
    async open(id) {
      settle();
      store.set({ run: { id, status: "pending", items: null }, panel: "run", shownNode: null });
      await read(id);
      if (!isOver(store.get().run?.status)) follow();
    },
    async list() {
      store.set({ runs: await api.runs() });
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
      store.set({ run: null, shownNode: null });
    },
    stop: settle,
  };
}

const ENDED = { success: "The run is done.", error: "The run failed.", cancelled: "The run was cancelled.", timeout: "The run took too long." };
