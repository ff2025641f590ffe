"""A model that follows a script: an HTTP server on loopback that answers each request of a client with the next step.

It judges nothing. Requests that offer no tools (titles, summaries) are no steps and get a short text. All requests are kept.
"""

import gzip
import json
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import wires

# What a request past the end of the script gets; the run counts these.
SPENT = "The script has ended."


@dataclass
class Request:
    """One request of the conversation: its whole text, and the results of calls in it, oldest first."""

    body: str
    results: list


class Model(ThreadingHTTPServer):
    """`steps` are texts or (tool, arguments) in the client's own words."""

    daemon_threads = True

    def __init__(self, steps):
        super().__init__(("127.0.0.1", 0), Handler)
        self.steps = steps
        self.requests = []
        self.spent = 0
        self.lock = threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return "http://127.0.0.1:%d" % self.server_port

    def stop(self):
        self.shutdown()
        self.server_close()

    def next(self, asked, text):
        with self.lock:
            if not asked.tools:
                return wires.Reply(9000, text="A title")
            number = len(self.requests)
            self.requests.append(Request(text, asked.results))
            if number >= len(self.steps):
                self.spent += 1
                return wires.Reply(number, text=SPENT)
            step = self.steps[number]
            if isinstance(step, str):
                return wires.Reply(number, text=step)
            return wires.Reply(number, tool=step[0], arguments=step[1])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.whole({"object": "list", "data": [], "models": []})

    def do_POST(self):
        raw = self.body()
        path = self.path.split("?")[0]
        wire = next((wire for wire in wires.ALL if path.endswith(wire.ends)), None)
        if wire is None:
            return self.whole({"input_tokens": 100, "totalTokens": 100})
        body = json.loads(raw)
        if "streamGenerateContent" in path:
            body["stream"] = True
        reply = self.server.next(wire.read(body), json.dumps(body, ensure_ascii=False))
        answer = wire.answer(body, reply)
        try:
            self.stream(answer) if isinstance(answer, list) else self.whole(answer)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def body(self):
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower():
            raw = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                raw += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(raw) if self.headers.get("Content-Encoding") == "gzip" else raw

    def whole(self, value):
        data = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def stream(self, events):
        data = b""
        for number, event in enumerate(events):
            if isinstance(event, dict) and "type" in event:
                data += b"event: %s\n" % event["type"].encode()
                event = dict(event, sequence_number=number)
            data += b"data: %s\n\n" % (event if isinstance(event, str) else json.dumps(event)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
