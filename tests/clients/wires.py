"""The four wire formats that the clients speak to a model: what a request holds, and how a reply is written.

A wire has `ends` (how its path ends), `read(body)` -> Asked, and `answer(body, reply)` -> events for a stream, or one object.
"""

import json
from dataclasses import dataclass, field


@dataclass
class Reply:
    """One turn of the model: a text, or one call of a tool."""

    number: int
    text: str = None
    tool: str = None
    arguments: object = None

    @property
    def call(self):
        return "call_%04d" % self.number


@dataclass
class Asked:
    """What matters of a request: whether tools were offered, and the results of calls, oldest first."""

    tools: bool
    results: list = field(default_factory=list)


def text_of(value):
    """The words of a content value: a string, a block, or a list of blocks."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "\n".join(text_of(part) for part in value)
    if isinstance(value, dict):
        for key in ("text", "content", "output"):
            if key in value:
                return text_of(value[key])
        return json.dumps(value, ensure_ascii=False)
    return ""


class Messages:
    """Anthropic's Messages."""

    ends = "/messages"

    def read(self, body):
        blocks = [b for m in body.get("messages", []) if isinstance(m.get("content"), list) for b in m["content"]]
        results = [text_of(b.get("content")) for b in blocks if b.get("type") == "tool_result"]
        return Asked(bool(body.get("tools")), results)

    def answer(self, body, reply):
        stop = "tool_use" if reply.tool else "end_turn"
        usage = {"input_tokens": 100, "output_tokens": 10}
        message = {"id": "msg_%d" % reply.number, "type": "message", "role": "assistant", "model": body.get("model"),
                   "stop_sequence": None, "usage": usage}
        if reply.tool:
            block = {"type": "tool_use", "id": "toolu_" + reply.call, "name": reply.tool, "input": reply.arguments}
            start = dict(block, input={})
            delta = {"type": "input_json_delta", "partial_json": json.dumps(reply.arguments)}
        else:
            block = {"type": "text", "text": reply.text}
            start = {"type": "text", "text": ""}
            delta = {"type": "text_delta", "text": reply.text}
        if not body.get("stream"):
            return dict(message, content=[block], stop_reason=stop)
        return [
            {"type": "message_start", "message": dict(message, content=[], stop_reason=None)},
            {"type": "content_block_start", "index": 0, "content_block": start},
            {"type": "content_block_delta", "index": 0, "delta": delta},
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage},
            {"type": "message_stop"},
        ]


class Responses:
    """OpenAI's Responses. A call whose arguments are a string is one of a tool that takes free text."""

    ends = "/responses"

    def read(self, body):
        items = [item for item in body.get("input") or [] if isinstance(item, dict)]
        results = [text_of(item.get("output")) for item in items if str(item.get("type")).endswith("call_output")]
        return Asked(bool(body.get("tools")), results)

    def item(self, reply):
        if reply.tool is None:
            text = {"type": "output_text", "text": reply.text, "annotations": []}
            return {"type": "message", "role": "assistant", "id": "msg_%d" % reply.number, "status": "completed", "content": [text]}
        call = {"id": "item_%d" % reply.number, "call_id": reply.call, "name": reply.tool, "status": "completed"}
        if isinstance(reply.arguments, str):
            return dict(call, type="custom_tool_call", input=reply.arguments)
        return dict(call, type="function_call", arguments=json.dumps(reply.arguments))

    def answer(self, body, reply):
        item = self.item(reply)
        usage = {"input_tokens": 100, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 10,
                 "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 110}
        begun = {"id": "resp_%d" % reply.number, "object": "response", "created_at": 0, "model": body.get("model"), "output": []}
        done = dict(begun, status="completed", output=[item], usage=usage)
        if not body.get("stream"):
            return done
        return [
            {"type": "response.created", "response": dict(begun, status="in_progress")},
            {"type": "response.output_item.added", "output_index": 0, "item": dict(item, status="in_progress")},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": done},
        ]


class Chat:
    """OpenAI's Chat Completions."""

    ends = "/chat/completions"

    def read(self, body):
        told = [m for m in body.get("messages", []) if m.get("role") == "tool"]
        return Asked(bool(body.get("tools")), [text_of(m.get("content")) for m in told])

    def answer(self, body, reply):
        base = {"id": "chat_%d" % reply.number, "created": 0, "model": body.get("model")}
        message = {"role": "assistant", "content": reply.text}
        if reply.tool:
            function = {"name": reply.tool, "arguments": json.dumps(reply.arguments)}
            message["tool_calls"] = [{"index": 0, "id": reply.call, "type": "function", "function": function}]
        finish = "tool_calls" if reply.tool else "stop"
        usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
        if not body.get("stream"):
            choice = {"index": 0, "message": message, "finish_reason": finish}
            return dict(base, object="chat.completion", choices=[choice], usage=usage)
        piece = dict(base, object="chat.completion.chunk")
        return [
            dict(piece, choices=[{"index": 0, "delta": message, "finish_reason": None}]),
            dict(piece, choices=[{"index": 0, "delta": {}, "finish_reason": finish}]),
            dict(piece, choices=[], usage=usage),
            "[DONE]",
        ]


class Gemini:
    """Google's generateContent; the path says whether it streams."""

    ends = "enerateContent"

    def read(self, body):
        parts = [part for content in body.get("contents", []) for part in content.get("parts", [])]
        results = [part["functionResponse"].get("response", {}) for part in parts if "functionResponse" in part]
        tools = any(tool.get("functionDeclarations") for tool in body.get("tools") or [])
        return Asked(tools, [json.dumps(result, ensure_ascii=False) for result in results])

    def answer(self, body, reply):
        part = {"text": reply.text}
        if reply.tool:
            part = {"functionCall": {"id": reply.call, "name": reply.tool, "args": reply.arguments}}
        candidate = {"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}
        usage = {"promptTokenCount": 100, "candidatesTokenCount": 10, "totalTokenCount": 110}
        whole = {"candidates": [candidate], "usageMetadata": usage}
        return [whole] if body.get("stream") else whole


ALL = [Messages(), Responses(), Chat(), Gemini()]
