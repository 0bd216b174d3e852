/** JSON Schema as far as forms need it. */

/** A schema with its reference followed, and of several options the first that says something. */
export function resolved(schema, root) {
  let found = schema ?? {};
  for (let step = 0; step < 20 && found.$ref; step += 1) {
    const name = String(found.$ref).split("/").pop();
    found = { ...(root?.$defs?.[name] ?? {}), ...rest(found) };
  }
  const options = found.anyOf ?? found.oneOf;
  if (!options) return found;
  const some = options.filter((each) => each.type !== "null");
  const isOpen = some.every((each) => each.const === undefined);
  // Of several kinds a text takes most.
  const first = some.length === 1 || isOpen ? some.find((each) => each.type === "string") ?? some[0] : null;
  const { anyOf: _any, oneOf: _one, ...others } = found;
  if (first) return { ...resolved(first, root), ...others };
  return { ...others, enum: some.map((each) => each.const) };
}

function rest({ $ref: _ref, ...others }) {
  return others;
}

/** The form control that fits: text, lines, choice, check, number, list, object or json. */
export function controlOf(schema) {
  if (schema.enum) return "choice";
  const type = Array.isArray(schema.type) ? schema.type.find((each) => each !== "null") : schema.type;
  if (type === "boolean") return "check";
  if (type === "number" || type === "integer") return "number";
  if (type === "array") return schema.items && !isOpen(schema.items) ? "list" : "json";
  if (type === "object") return schema.properties ? "object" : "pairs";
  if (type === "string") return isLong(schema) ? "lines" : "text";
  return "json";
}

const isOpen = (schema) => Object.keys(schema).length === 0;
const isLong = (schema) => Boolean(schema["x-multiline"]);
/** Taken as it is written: it takes nothing from earlier steps. */
export const isLiteral = (schema) => Boolean(schema["x-literal"]);

export const labelOf = (name, schema) => {
  const text = schema?.title ?? name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
};

/** What is wrong with a value, in words; empty when nothing is. Templates are known when they run. */
export function mistake(schema, value, isRequired) {
  const empty = value === undefined || value === null || value === "";
  if (empty) return isRequired ? "This is needed." : "";
  if (typeof value === "string" && value.includes("{{")) return "";
  const control = controlOf(schema);
  if (control === "number") return numberMistake(schema, value);
  if (control === "choice" && !schema.enum.includes(value)) return `Choose one of ${schema.enum.join(", ")}.`;
  if (control === "list" && !Array.isArray(value)) return "Give a list.";
  if (schema.pattern && typeof value === "string" && !matches(schema.pattern, value)) return "This does not look right.";
  return "";
}

function numberMistake(schema, value) {
  if (typeof value !== "number") return "Give a number.";
  if (schema.type === "integer" && !Number.isInteger(value)) return "Give a whole number.";
  if (value < (schema.minimum ?? value)) return `At least ${schema.minimum}.`;
  if (value > (schema.maximum ?? value)) return `At most ${schema.maximum}.`;
  if (schema.exclusiveMinimum !== undefined && value <= schema.exclusiveMinimum) return `More than ${schema.exclusiveMinimum}.`;
  return "";
}

function matches(pattern, value) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/** The start of a value of this kind. */
export function blank(schema) {
  if (schema.default !== undefined) return schema.default;
  return { check: false, number: 0, list: [], object: {}, pairs: {}, choice: schema.enum?.[0] }[controlOf(schema)] ?? "";
}

/** An example of a value, for previews of what no run has brought yet. */
export function example(schema, root, depth = 0) {
  const here = resolved(schema, root);
  if (here.examples?.length) return here.examples[0];
  if (here.default !== undefined && here.default !== null) return here.default;
  if (depth > 4) return undefined;
  const control = controlOf(here);
  if (control === "object")
    return Object.fromEntries(Object.entries(here.properties).map(([name, each]) => [name, example(each, root, depth + 1)]));
  if (control === "list") return [example(here.items, root, depth + 1)];
  return undefined;
}
