/** Keeps the draft: saves what was edited, and asks when somebody else has saved meanwhile. */

const PAUSE_MS = 250;

export function savingOf(store, api, opts = {}) {
  let kept = store.get().blueprint;
  let timer = 0;
  let underWay = null;
  const mark = (state, more = {}) => store.set(({ save }) => ({ save: { ...save, message: "", ...more, state } }));

  const unsubscribe = store.subscribe(() => {
    const { blueprint, save } = store.get();
    if (save.state === "conflict") return;
    if (blueprint === kept) {
      // What was edited was taken back before it was sent.
      if (save.state === "unsaved" && !underWay) mark("saved");
      waiting = kept;
      return;
    }
    if (save.state !== "unsaved" && save.state !== "saving") mark("unsaved");
    if (blueprint === waiting) return;
    waiting = blueprint;
    clearTimeout(timer);
    timer = setTimeout(flush, PAUSE_MS);
  });
  let waiting = kept;

  async function flush() {
    clearTimeout(timer);
    if (underWay) await underWay;
    const { blueprint, save } = store.get();
    if (blueprint === kept || save.state === "conflict") return;
    underWay = send(blueprint, save.version);
    await underWay;
    underWay = null;
    if (store.get().blueprint !== kept && store.get().save.state === "saved") await flush();
  }

  async function send(blueprint, version) {
    mark("saving");
    try {
      const saved = await api.save(blueprint, version);
      kept = blueprint;
      store.set({ problems: saved.problems });
      mark("saved", { version: saved.version });
      opts.onSaved?.(saved);
    } catch (error) {
      if (error.status === 409) await conflict();
      else mark("failed", { message: `${error.message} Your changes are kept here.` });
    }
  }

  async function conflict() {
    try {
      const theirs = await api.current();
      mark("conflict", { theirs });
      store.set({ dialog: "conflict" });
    } catch (error) {
      mark("failed", { message: error.message });
    }
  }

  return {
    flush,
    conflict,
    reload() {
      const { theirs } = store.get().save;
      kept = theirs.blueprint;
      waiting = kept;
      store.replace(theirs.blueprint, { save: { state: "saved", version: theirs.version }, active: theirs.active, dialog: null });
      void api.validate(theirs.blueprint).then(({ problems }) => store.set({ problems }), () => {});
    },
    async keepMine() {
      const { theirs } = store.get().save;
      kept = theirs.blueprint;
      store.set({ save: { state: "unsaved", version: theirs.version }, dialog: null });
      await flush();
    },
    /** What the service has is this: nothing has to be sent. */
    adopt(blueprint, more) {
      kept = blueprint;
      waiting = blueprint;
      store.replace(blueprint, more);
    },
    stop() {
      clearTimeout(timer);
      unsubscribe();
    },
  };
}
