/** Templates: `{{path}}` in texts, resolved against a sample as the run does it. */

const REFERENCE = /\{\{\s*([A-Za-z_]\w*)((?:\.[\w-]+|\[(?:"(?:[^"\\]|\\.)*"|\d+)\])*)\s*(?:\?\?\s*([\s\S]*?))?\s*\}\}/g;
const SEGMENT = /\.([\w-]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g;

export const isTemplate = (value) => typeof value === "string" && value.includes("{{");

export function segmentsOf(rest) {
  return [...rest.matchAll(SEGMENT)].map(([, name, place, quoted]) => (quoted ? JSON.parse(quoted) : name ?? place));
}

/** What a text becomes with this state: its value, and the paths where there was nothing. */
export function resolvedText(text, state) {
  const missing = [];
  const whole = new RegExp(`^${REFERENCE.source}$`).exec(text);
  const find = (root, rest, fallback) => {
    const found = valueAt(state, [root, ...segmentsOf(rest)]);
    if (found !== undefined && found !== null) return found;
    if (fallback !== undefined) return parsed(fallback);
    missing.push(root + rest);
    return undefined;
  };
  if (whole) return { value: find(whole[1], whole[2], whole[3]), missing };
  const value = text.replace(REFERENCE, (_all, root, rest, fallback) => shown(find(root, rest, fallback)));
  return { value, missing };
}

export function valueAt(state, segments) {
  let value = state;
  for (const segment of segments) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, segment)) return undefined;
    value = value[segment];
  }
  return value;
}

const parsed = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const shown = (value) =>
  value === undefined || value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** The unfinished path before the caret, when it stands in open braces. */
export function openPath(text, caret) {
  const start = text.lastIndexOf("{{", caret - 1);
  if (start < 0) return null;
  const typed = text.slice(start + 2, caret);
  if (typed.includes("}}") || typed.includes("??") || typed.includes("\n")) return null;
  return { start, typed: typed.trimStart() };
}

/** The text with a path in place of what was begun, and where the caret goes. */
export function completed(text, caret, path) {
  const open = openPath(text, caret);
  const start = open ? open.start : caret;
  const after = text.slice(caret).replace(/^[\w.\s]*\}\}/, "");
  const inserted = `{{${path}}}`;
  return { text: text.slice(0, start) + inserted + after, caret: start + inserted.length };
}
