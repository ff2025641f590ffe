// Drives hookgate.js as opencode would, against the hookgate on the PATH, in the current folder. Prints what came of it.
import { Hookgate } from "../hookgate.js"

const prompts = []
const directory = process.cwd()
const client = { session: { prompt: async (sent) => prompts.push(sent.body.parts[0].text) } }
const hooks = await Hookgate({ client, directory, worktree: directory, project: { id: "p" } })

async function show(name, work) {
  try {
    console.log(`${name}: ${JSON.stringify((await work()) ?? null)}`)
  } catch (error) {
    console.log(`${name}: throws ${error.message}`)
  }
}

const before = (args) => hooks["tool.execute.before"]({ tool: "bash", sessionID: "s", callID: "c" }, { args })
const message = async (sessionID) => {
  const output = { message: {}, parts: [{ type: "text", id: "part", text: "hi" }] }
  await hooks["chat.message"]({ sessionID }, output)
  return output.parts.map((part) => part.text)
}
const after = async (tool, args, output) => {
  await hooks["tool.execute.after"]({ tool, sessionID: "s", callID: "c", args }, output)
  return output
}
const event = async (type, properties) => {
  prompts.length = 0
  await hooks.event({ event: { type, properties } })
  return prompts
}

await show("first prompt", () => message("s"))
await show("second prompt", () => message("s"))
await show("denied command", () => before({ command: "cat .env" }))
await show("other command", () => before({ command: "ls" }))
await show("edit", () => after("write", { filePath: "a", content: "x" }, { output: "done" }))
await show("edit by MCP", () => after("lab_note", { path: "a" }, { content: [] }))
await show("child starts", () => event("session.created", { sessionID: "kid", info: { id: "kid", parentID: "s" } }))
await show("child's prompt", () => message("kid"))
await show("child idles", () => event("session.idle", { sessionID: "kid" }))
await show("agent idles", () => event("session.idle", { sessionID: "s" }))
await show("turn is aborted", () => event("session.error", { sessionID: "s", error: { name: "MessageAbortedError" } }))
await show("aborted agent idles", () => event("session.idle", { sessionID: "s" }))
await show("aborted agent idles again", () => event("session.idle", { sessionID: "s" }))
await show("next prompt", () => message("s"))
await show("agent idles after it", () => event("session.idle", { sessionID: "s" }))
await show("session goes", () => event("session.deleted", { info: { id: "s" } }))
process.env.PATH = "/nonexistent"
await show("command without hookgate", () => before({ command: "ls" }))
await show("edit without hookgate", () => after("write", { filePath: "a" }, { output: "done" }))
await show("prompt without hookgate", () => message("t"))
