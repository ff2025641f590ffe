// The bridge from opencode to hookgate: hands each call to the program and does what it answers. It decides nothing, except
// that a tool does not run when hookgate cannot be asked.
import { spawn } from "node:child_process"

// opencode waits for a plugin without limit, so the limits are here: milliseconds for a decision, and where gates may run.
const DECISION = 30_000
const GATES = 600_000

/** Asks hookgate; resolves to its answer as an object, or rejects when there is none. */
function ask(event, payload, limit) {
  return new Promise((resolve, reject) => {
    const child = spawn("hookgate", ["hook", "--runtime", "opencode", "--event", event], {
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

export const Hookgate = async ({ client, directory, worktree, project }) => {
  const base = { directory, worktree, project: project?.id }
  const started = new Set()
  const children = new Set()
  // Sessions whose turn a person aborted or an error ended; opencode then says more than once that they idle.
  const failed = new Set()

  /** Asks where no answer is as good as none: these events cannot be stopped. */
  async function tell(event, payload, limit) {
    try {
      return await ask(event, payload, limit)
    } catch {
      return {}
    }
  }

  /** Adds a text to a prompt, as one more part of the same form. */
  function add(parts, text) {
    const like = parts.find((part) => part.type === "text")
    if (text && like) parts.push({ ...like, id: `${like.id}${parts.length}`, text })
  }

  return {
    "chat.message": async (input, output) => {
      const session = input.sessionID
      failed.delete(session)
      // What a sub-agent is told are its parent's words.
      if (children.has(session)) return
      if (!started.has(session)) {
        started.add(session)
        const payload = { hook_event_name: "event:session.created", ...base, input: { sessionID: session } }
        add(output.parts, (await tell("session-start", payload, DECISION)).context)
      }
      const payload = { hook_event_name: "chat.message", ...base, input, output }
      const answer = await tell("prompt", payload, DECISION)
      if (answer.deny) throw new Error(answer.deny)
      add(output.parts, answer.context)
    },

    "tool.execute.before": async (input, output) => {
      failed.delete(input.sessionID)
      const payload = { hook_event_name: "tool.execute.before", ...base, input, output }
      const answer = await ask("before-tool", payload, DECISION)
      if (answer.deny) throw new Error(answer.deny)
    },

    "tool.execute.after": async (input, output) => {
      const payload = { hook_event_name: "tool.execute.after", ...base, input, output }
      const { context } = await tell("after-tool", payload, GATES)
      if (!context) return
      // Results of MCP tools are lists of parts.
      if (Array.isArray(output.content)) output.content.push({ type: "text", text: context })
      else output.output = output.output ? `${output.output}\n\n${context}` : context
    },

    event: async ({ event }) => {
      const session = event.properties?.sessionID ?? event.properties?.info?.id
      if (event.type === "session.created" && event.properties?.info?.parentID) children.add(session)
      // A sub-agent's end is its parent's affair.
      if (!session || children.has(session)) return
      const payload = { hook_event_name: `event:${event.type}`, ...base, event }
      if (event.type === "session.deleted") await tell("session-end", payload, DECISION)
      if (event.type === "session.error") failed.add(session)
      if (event.type !== "session.idle" || failed.has(session)) return
      const { followup } = await tell("stop", payload, GATES)
      if (followup) {
        await client.session.prompt({ path: { id: session }, body: { parts: [{ type: "text", text: followup }] } })
      }
    },
  }
}
