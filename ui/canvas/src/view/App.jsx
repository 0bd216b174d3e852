import { useEffect, useRef, useState } from "react";
import { useActions, useStore } from "../state/context.jsx";
import { Dialogs } from "./dialogs.jsx";
import { Graph } from "./Graph.jsx";
import { Icon, IconButton } from "./icons.jsx";
import { Outline } from "./Outline.jsx";
import { Palette } from "./Palette.jsx";
import { SidePanel } from "./panels.jsx";
import { useShortcuts } from "./shortcuts.js";
import { CompareBar, DraftBar, TopBar, ViewedBar } from "./TopBar.jsx";

const NARROW = 720;
/** Too little for the list of steps, the canvas and a panel side by side. */
const SMALL = 960;
/** Less than the bar needs with all its words. */
const TIGHT = 1180;

export function App() {
  const root = useRef(null);
  const width = useWidth(root);
  const chosen = useStore((state) => state.view);
  const isFixed = useStore((state) => state.isReadOnly || state.proposal !== null || state.viewed !== null || Boolean(state.overlay));
  const { show } = useActions();
  const isNarrow = width !== null && width < NARROW;
  const view = chosen ?? (isNarrow ? "outline" : "canvas");
  const onView = (next) => show((state) => ({ view: next, fitting: state.fitting + 1 }));
  const press = useShortcuts(root, view, onView);
  return (
    <div ref={root} className="gpc" data-testid="canvas" data-view={view} data-narrow={isNarrow || undefined} data-small={(width !== null && width < SMALL) || undefined} data-tight={(width !== null && width < TIGHT) || undefined} tabIndex={-1} onKeyDown={press} role="application" aria-label="Workflow builder" aria-roledescription="workflow builder">
      {width !== null && width > 0 && (
        <>
          <TopBar view={view} onView={onView} />
          <DraftBar />
          <CompareBar />
          <ViewedBar />
          <div className="gpc-main">
            {!isFixed && <Palette />}
            {view === "outline" ? <Outline /> : <Graph />}
            <SidePanel view={view} />
          </div>
          <Notice />
          <Dialogs />
        </>
      )}
    </div>
  );
}

/** Null until it is known: a canvas without a size must not be drawn. */
function useWidth(root) {
  const [width, setWidth] = useState(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry.contentRect.width)));
    observer.observe(root.current);
    return () => observer.disconnect();
  }, [root]);
  return width;
}

const SHOWN_MS = 8000;

function Notice() {
  const notice = useStore((state) => state.notice);
  const { notify } = useActions();
  useEffect(() => {
    if (!notice || notice.tone === "error") return undefined;
    const timer = setTimeout(() => notify(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [notice, notify]);
  return (
    <div className="gpc-notices" role="status" aria-live="polite">
      {notice && <div className="gpc-notice" data-testid="notice" data-tone={notice.tone}><Icon name={notice.tone === "error" ? "alert" : "check"} /><span>{notice.text}</span><IconButton icon="close" label="Dismiss" onClick={() => notify("")} /></div>}
    </div>
  );
}
