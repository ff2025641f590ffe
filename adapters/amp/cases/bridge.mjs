// Drives hookgate.ts as Amp would, against the hookgate on the PATH, in the current folder. Prints what came of it.
import { readFileSync } from "node:fs"

// The plugin has no types, so that it is JavaScript too, which every Node can read.
const source = readFileSync(new URL("../hookgate.ts", import.meta.url), "utf8")
const { default: plugin } = await import(`data:text/javascript,${encodeURIComponent(source)}`)

const handlers = {}
plugin({ on: (name, handler) => (handlers[name] = handler) })
let allowed = true
const ctx = { ui: { confirm: async ({ message }) => (console.log(`  asked: ${message}`), allowed) } }
const thread = { id: "t" }

async function show(name, event, sent) {
  const answer = await handlers[event]({ thread, ...sent }, ctx)
  console.log(`${name}: ${JSON.stringify(answer ?? null)}`)
}

const shell = (command) => ({ tool: "shell_command", input: { command }, toolUseID: "c" })
const edit = { tool: "edit_file", input: { path: "a" }, toolUseID: "c", status: "done" }

await show("first prompt", "agent.start", { message: "hi" })
await show("second prompt", "agent.start", { message: "hi" })
await show("denied command", "tool.call", shell("cat .env"))
await show("other command", "tool.call", shell("ls"))
await show("question, allowed", "tool.call", shell("make deploy"))
allowed = false
await show("question, refused", "tool.call", shell("make deploy"))
await show("edit", "tool.result", { ...edit, output: "done" })
await show("edit that answers in parts", "tool.result", { ...edit, output: [{ type: "text", text: "done" }] })
await show("edit that failed", "tool.result", { ...edit, status: "error", error: "no" })
await show("agent ends", "agent.end", { status: "done", message: "hi" })
await show("agent is stopped", "agent.end", { status: "cancelled", message: "hi" })
process.env.PATH = "/nonexistent"
await show("command without hookgate", "tool.call", shell("ls"))
await show("edit without hookgate", "tool.result", { ...edit, output: "done" })
await show("prompt without hookgate", "agent.start", { message: "hi" })
