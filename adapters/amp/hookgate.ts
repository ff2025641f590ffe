// @i-know-the-amp-plugin-api-is-wip-and-very-experimental-right-now
// The bridge from Amp to hookgate: hands each call to the program and does what it answers. It decides nothing, except that a
// tool does not run when hookgate cannot be asked.
import { spawn } from "node:child_process"

// What Amp does with a plugin that takes long is not documented, so the limits are here: milliseconds for a decision, and
// where gates may run.
const DECISION = 30_000
const GATES = 600_000

/** Asks hookgate; resolves to its answer as an object, or rejects when there is none. */
function ask(event, payload, limit) {
  return new Promise((resolve, reject) => {
    const child = spawn("hookgate", ["hook", "--runtime", "amp", "--event", event], {
      cwd: payload.directory,
      stdio: ["pipe", "pipe", "ignore"],
    })
    const fail = (why) => {
      clearTimeout(timer)
      reject(new Error(`hookgate could not be asked: ${why}`))
    }
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      fail(`no answer within ${limit / 1000} s`)
    }, limit)
    let out = ""
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text))
    child.on("error", (error) => fail(error.message))
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      if (code !== 0) return fail(`it ended with ${signal ?? code}`)
      try {
        resolve(out.trim() === "" ? {} : JSON.parse(out))
      } catch {
        fail("its answer is not JSON")
      }
    })
    // A program that is gone before it has read is told by "error" or "close".
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify(payload))
  })
}

/** What hookgate is told: the members that it reads, since the client's own objects may not be plain data. */
function payload(name, event) {
  const { thread, message, tool, input, toolUseID, status, output } = event
  const told = { thread: { id: thread?.id }, message, tool, input, toolUseID, status, output }
  return { hook_event_name: name, directory: process.cwd(), event: told }
}

/** Asks where no answer is as good as none: these events cannot be stopped. */
async function tell(event, sent, limit) {
  try {
    return await ask(event, sent, limit)
  } catch {
    return {}
  }
}

/** A tool's result with one more text. */
function added(output, text) {
  if (Array.isArray(output)) return [...output, { type: "text", text }]
  if (output === undefined || output === null || output === "") return text
  return `${typeof output === "string" ? output : JSON.stringify(output)}\n\n${text}`
}

export default function (amp) {
  const started = new Set()

  amp.on("agent.start", async (event) => {
    const texts = []
    if (!started.has(event.thread?.id)) {
      started.add(event.thread?.id)
      texts.push((await tell("session-start", payload("session.start", event), DECISION)).context)
    }
    texts.push((await tell("prompt", payload("agent.start", event), DECISION)).context)
    const content = texts.filter(Boolean).join("\n\n")
    return content ? { message: { content, display: true } } : {}
  })

  amp.on("tool.call", async (event, ctx) => {
    const reject = (message) => ({ action: "reject-and-continue", message })
    try {
      const answer = await ask("before-tool", payload("tool.call", event), DECISION)
      if (answer.deny) return reject(answer.deny)
      if (!answer.ask) return { action: "allow" }
      const title = `Run ${event.tool}?`
      const isAllowed = await ctx.ui.confirm({ title, message: answer.ask, confirmButtonText: "Run" })
      return isAllowed ? { action: "allow" } : reject(`${answer.ask}\n\nThe person did not allow it.`)
    } catch (error) {
      return reject(error.message)
    }
  })

  amp.on("tool.result", async (event) => {
    const { context } = await tell("after-tool", payload("tool.result", event), GATES)
    if (!context) return
    const result = { status: event.status, output: added(event.output, context) }
    return event.error === undefined ? result : { ...result, error: event.error }
  })

  amp.on("agent.end", async (event) => {
    if (event.status !== "done") return
    const { followup } = await tell("stop", payload("agent.end", event), GATES)
    if (followup) return { action: "continue", userMessage: followup }
  })
}
