/** The catalogue of services, and the kinds of nodes that need none. */

const text = (title, description) => ({ type: "string", title, description });
const seconds = (title) => ({ type: "number", minimum: 1, title });
const texts = (title, description) => ({ type: "array", items: { type: "string" }, title, description });

export const KINDS = {
  trigger: { title: "Trigger", icon: "bolt", description: "Starts the workflow" },
  action: { title: "Action", icon: "plug", description: "Does one thing with a service" },
  condition: {
    title: "Condition", icon: "fork", description: "Goes one of several ways",
    params: { type: "object", properties: { condition: text("Condition", "CEL: true or false") }, required: ["condition"] },
  },
  loop: {
    title: "For each", icon: "repeat", description: "Does steps for every item of a list",
    params: {
      type: "object", required: ["items"],
      properties: {
        items: text("Items", "A list, or the template of one."),
        concurrency: { type: "integer", minimum: 1, maximum: 20, default: 5, title: "At once", description: "Items that are done at the same time." },
      },
    },
  },
  approval: {
    title: "Approval", icon: "hand", description: "Asks people before it goes on",
    params: {
      type: "object", required: ["title", "approvers"],
      properties: {
        title: text("Title"), message: { ...text("Message"), "x-multiline": true },
        approvers: texts("Approvers", "Users, roles or e-mail addresses."),
        quorum: { type: "integer", minimum: 1, maximum: 1000, title: "Votes needed" },
        veto: { type: "boolean", title: "One rejection is enough" },
        editable: texts("Fields that approvers may change"),
        reminder_after: seconds("Remind after (seconds)"),
        escalate_after: seconds("Escalate after (seconds)"), escalate_to: texts("Escalate to"),
        expires_after: { ...seconds("Expires after (seconds)"), default: 604800 },
        on_expiry: { enum: ["branch", "reject"], title: "When it expires", description: "Take the branch “expired”, or count as rejected." },
      },
    },
  },
  wait: {
    title: "Wait", icon: "clock", description: "Pauses for a time, until a moment or an event",
    params: {
      type: "object",
      properties: {
        seconds: { type: "number", minimum: 1, maximum: 2592000, title: "Seconds" },
        until: text("Until", "A moment, such as 2026-01-31T09:00:00Z."), event: text("Event", "The name of what it waits for."),
      },
    },
  },
  agent: {
    title: "Agent", icon: "spark", description: "Lets an assistant work on it",
    params: {
      type: "object", required: ["assistant", "input"],
      properties: {
        assistant: text("Assistant"), input: { ...text("Input"), "x-multiline": true },
        output_schema: { type: "object", title: "Output schema", description: "What it answers, as JSON schema." },
      },
    },
  },
};

/** What people also look for. */
const WORDS = { condition: "if else filter", loop: "loop repeat list", approval: "ask human review", wait: "delay sleep pause", agent: "ai assistant llm model" };

export const BUILT_IN = ["condition", "loop", "approval", "wait", "agent"];

/** The services as `GET /integrations` gives them, with their triggers and actions apart. */
export const withTasks = (services) =>
  services.map(({ tasks = [], ...service }) => ({
    ...service,
    aliases: service.aliases ?? [],
    triggers: tasks.filter((task) => task.kind === "trigger"),
    actions: tasks.filter((task) => task.kind === "action"),
  }));

/** The task that a node calls, of its service; undefined for others and unknown ones. */
export function taskOf(catalogue, node) {
  const service = serviceOf(catalogue, node.data.service);
  const tasks = node.type === "trigger" ? service?.triggers : node.type === "action" ? service?.actions : [];
  return tasks?.find((task) => task.name === node.data.task);
}

export const serviceOf = (catalogue, name) => catalogue.find((each) => each.service === name);

export const paramsOf = (catalogue, node) => KINDS[node.type]?.params ?? taskOf(catalogue, node)?.params ?? null;

export const titleOf = (catalogue, node) =>
  node.title || taskOf(catalogue, node)?.title || (node.data.task ? node.data.task.replaceAll("_", " ") : KINDS[node.type]?.title) || node.id;

/** What a node does in half a line. */
export function summaryOf(catalogue, node) {
  const params = node.data.params ?? {};
  switch (node.type) {
    case "condition": return Array.isArray(params.cases) ? params.cases.map((each) => each?.name || "…").join(", ") || "No case yet" : params.condition || "No condition yet";
    case "loop": return params.items ? `each of ${Array.isArray(params.items) ? `${params.items.length} items` : String(params.items).replace(/[{}]/g, "")}` : "No list yet";
    case "approval": return [].concat(params.approvers ?? []).join(", ") || "Nobody to ask yet";
    case "wait": return params.event ? `for ${params.event}` : params.until ? `until ${params.until}` : params.seconds ? `for ${inWords(params.seconds)}` : "No time yet";
    case "agent": return params.assistant || "No assistant yet";
    default: {
      const service = serviceOf(catalogue, node.data.service);
      const name = taskOf(catalogue, node)?.title;
      return [service?.title ?? node.data.service, node.title && name ? name : null].filter(Boolean).join(" · ") || "No service yet";
    }
  }
}

/** What has to be known of a node at a glance, besides what it does. */
export function factsOf(node) {
  const params = node.data.params ?? {};
  switch (node.type) {
    case "loop": return [`${params.concurrency ?? 5} at once`];
    case "approval": {
      const expiry = params.expires_after ?? 604800;
      const escalates = params.escalate_after ? [`then ${[].concat(params.escalate_to ?? []).join(", ")}`] : [];
      return [`${params.quorum ?? 1} vote${(params.quorum ?? 1) === 1 ? "" : "s"}`, typeof expiry === "number" ? `within ${inWords(expiry)}` : "expires", ...escalates];
    }
    case "condition": return Array.isArray(params.cases) ? [`${params.cases.length} case${params.cases.length === 1 ? "" : "s"}`] : [];
    case "action": return retriesOf(node);
    default: return [];
  }
}

const retriesOf = ({ data: { error_handling: handling } }) =>
  [handling?.retry_count ? `${handling.retry_count + 1} attempts` : "", { continue: "goes on", fallback: "fallback" }[handling?.on_failure]].filter(Boolean);

export function inWords(seconds) {
  const units = [[86400, "day"], [3600, "hour"], [60, "minute"], [1, "second"]];
  const found = units.findIndex(([size]) => seconds >= size);
  if (found < 0) return `${seconds} seconds`;
  const [size, word] = units[found];
  const whole = Math.floor(seconds / size);
  const rest = seconds - whole * size;
  const text = `${whole} ${word}${whole === 1 ? "" : "s"}`;
  return rest >= 1 ? `${text} ${inWords(rest)}` : text;
}

/** What the palette offers, in groups: parts from which nodes are made. */
export function paletteGroups(catalogue, query = "", hasTrigger = false) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (entry) => words.every((word) => entry.search.includes(word));
  const group = (title, entries) => ({ title, entries: entries.filter(fits) });
  const tasks = (type, list) =>
    catalogue.flatMap((service) =>
      service[list].map((task) => ({
        key: `${type}:${service.service}.${task.name}`, title: task.title, description: task.description,
        icon: service.service, service: service.title, effect: task.effect,
        search: [task.title, task.name, task.description, service.title, ...service.aliases, ...(task.phrases ?? [])].join(" ").toLowerCase(),
        part: { type, id: task.name, data: { service: service.service, task: task.name, params: {} } },
      })),
    );
  const steps = BUILT_IN.map((type) => ({
    key: type, title: KINDS[type].title, description: KINDS[type].description, icon: KINDS[type].icon,
    search: `${KINDS[type].title} ${KINDS[type].description} ${type} ${WORDS[type] ?? ""}`.toLowerCase(), part: { type, id: type === "loop" ? "for_each" : type, data: { params: {} } },
  }));
  steps.splice(1, 0, {
    key: "switch", title: "Switch", description: "Takes the first case that holds", icon: "fork", search: "switch cases several ways branch router",
    part: { type: "condition", id: "switch", data: { params: { cases: [{ name: "case_1", condition: "" }, { name: "case_2", condition: "" }] } } },
  });
  const triggers = group("Triggers", tasks("trigger", "triggers"));
  const others = [group("Logic", steps), group("Actions", tasks("action", "actions"))];
  // What comes next is first: a trigger, or what follows it.
  return (hasTrigger ? [...others, triggers] : [triggers, ...others]).filter((each) => each.entries.length);
}
