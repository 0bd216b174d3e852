/** Line icons, 24 units wide, drawn with the text's colour. */
const PATHS = {
  bolt: "M13 3 5 13.5h6L10 21l9-11.5h-6.5L13 3Z",
  plug: "M9 3v5m6-5v5M6 8h12v3a6 6 0 0 1-12 0V8Zm6 9v4",
  fork: "M12 3v5M12 8 6 14v7m6-13 6 6v7M3.5 18.5 6 21l2.5-2.5M15.5 18.5 18 21l2.5-2.5",
  repeat: "M17 3l3.5 3.5L17 10M20.5 6.5H8a4.5 4.5 0 0 0-4.5 4.5M7 21l-3.5-3.5L7 14m-3.5 3.5H16a4.5 4.5 0 0 0 4.5-4.5",
  hand: "M8 11V6a1.5 1.5 0 0 1 3 0v5-7a1.5 1.5 0 0 1 3 0v7-5a1.5 1.5 0 0 1 3 0v8a7 7 0 0 1-13 3.5L3 13.5a1.6 1.6 0 0 1 2.6-1.8L8 14",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7v5l3.4 2",
  spark: "M12 3.5 13.9 10l6.6 2-6.6 2L12 20.5 10.1 14l-6.6-2 6.6-2L12 3.5Z",
  plus: "M12 5v14M5 12h14", close: "m6 6 12 12M18 6 6 18", search: "M11 4.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM20 20l-4.2-4.2",
  undo: "M8 5 4 9l4 4M4 9h10a6 6 0 0 1 0 12h-3", redo: "m16 5 4 4-4 4m4-4H10a6 6 0 0 0 0 12h3",
  tidy: "M4 4v16M8 6.5h12v4H8zM8 14h7v4H8z", copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  trash: "M4 7h16M9 7V4h6v3m-8.5 0 1 13h9l1-13M10 11v5m4-5v5", check: "m5 12.5 4.5 4.5L19 7.5",
  alert: "M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.6v.1", play: "M8 5.5v13l10.5-6.5L8 5.5Z", history: "M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5M12 8v4.5l3 2",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.1M4.5 12h.1M4.5 18h.1", graph: "M4 9h6v6H4zM15 4h5v5h-5zM15 15h5v5h-5zM10 12h2.5M15 6.5h-2.5v11H15",
  help: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM9.6 9.5a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.5v.4m0 2.8v.1", braces: "M9 4C6 4 7.5 10.500 4.500 12 7.500 13.500 6 20 9 20M15 4c3 0 1.500 6.500 4.500 8-3 1.500-1.500 8-4.500 8",
  pin: "M9 4h6l-1 6 3.500 3.500h-11L10 10 9 4ZM12 13.500V20", gear: "M12 8.800a3.200 3.200 0 1 0 0 6.400 3.200 3.200 0 0 0 0-6.400ZM12 3v3m0 12v3M3 12h3m12 0h3M5.600 5.600l2.100 2.100m8.600 8.600 2.100 2.100m0-12.800-2.100 2.100m-8.600 8.600-2.100 2.100", stop: "M7 7h10v10H7z",
  dash: "M6 12h12", spin: "M12 3.500a8.500 8.500 0 1 1-8.500 8.500", dots: "M6 12h.1M12 12h.1M18 12h.1", arrow: "M5 12h14m-5-5 5 5-5 5", menu: "M4 7h16M4 12h16M4 17h16",
  whatsapp: "M4 20l1.300-4A8 8 0 1 1 8.200 19L4 20ZM9 9c0 3.500 2.500 6 6 6l.5-2-2-.8-1 1a5 5 0 0 1-1.800-1.800l1-1-.7-2L9 9Z",
  google_sheets: "M6 3h9l4 4v14H6zM15 3v4h4M9 11h7v7H9zM9 14.500h7M12.500 11v7", razorpay: "M3 7h18v11H3zM3 10.500h18M6.500 15h4",
  timer: "M12 6a7.500 7.500 0 1 0 0 15 7.500 7.500 0 0 0 0-15ZM12 10v4M9.500 3h5", email: "M3.500 6h17v12.500h-17zM4 6.500l8 6.500 8-6.500",
  slack: "M9.500 3.500v17M14.500 3.500v17M3.500 9.500h17M3.500 14.500h17", webhook: "M9 9.500a3.500 3.500 0 1 1 5 1.200l3 5M6 20a3.500 3.500 0 0 1 2-6.500M11 11l-3.500 6H15M17.500 20a3 3 0 1 0 0-6",
  database: "M5 6c0-3.300 14-3.300 14 0s-14 3.300-14 0Zm0 0v12c0 3.300 14 3.300 14 0V6M5 12c0 3.300 14 3.300 14 0", file: "M7 3h7l5 5v13H7zM14 3v5h5", manual: "M6 4l13 7-5.500 2L11 19 6 4Z",
  schedule: "M4 6h16v14H4zM4 10.500h16M8 3.500V7m8-3.500V7", up: "m6 15 6-6 6 6", down: "m6 9 6 6 6-6",
};

export function Icon({ name, size = 16 }) {
  return (
    <svg className="gpc-icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name] ?? PATHS.plug} />
    </svg>
  );
}

export const iconOf = (node) => (node.type === "trigger" || node.type === "action" ? node.data.service : undefined) ?? { loop: "repeat", condition: "fork", approval: "hand", wait: "clock", agent: "spark", trigger: "bolt" }[node.type] ?? "plug";

export const STATE_ICONS = { queued: "dots", running: "spin", waiting: "clock", done: "check", failed: "alert", skipped: "dash" };

export function IconButton({ icon, label, className = "", ...rest }) {
  return (
    <button type="button" className={`gpc-icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
