"""A provider on loopback that answers by the script of a case, and keeps what it was asked.

tests/declarative/tests/cases/script.rs reads the same scripts in the same way.
"""

import gzip
import io
import json
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

# Headers that tell about a client, and nothing about a manifest.
NOISE = {
    "host", "user-agent", "accept-encoding", "connection", "content-length", "accept",
}


class Provider:
    def __init__(self, routes):
        self.routes = routes
        self.asked = []
        self.matched = [0] * len(routes)
        self.lock = threading.Lock()
        provider = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except ConnectionError:
                    self.close_connection = True

            def answer(self):
                length = int(self.headers.get("content-length") or 0)
                body = self.rfile.read(length)
                request = provider.note(self.command, self.path, self.headers, body)
                status, headers, body = provider.reply(request)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def note(self, method, target, headers, body):
        parts = urlsplit(target)
        kind = (headers.get("content-type") or "").split(";")[0]
        text = body.decode()
        if kind == "application/json" and text:
            body = json.loads(text)
        elif kind == "application/x-www-form-urlencoded":
            body = sorted([name, value] for name, value in parse_qsl(text, keep_blank_values=True))
        else:
            body = text
        request = {
            "method": method,
            "path": parts.path,
            "query": sorted([n, v] for n, v in parse_qsl(parts.query, keep_blank_values=True)),
            "headers": {n.lower(): v for n, v in headers.items() if n.lower() not in NOISE},
            "body": body,
        }
        request = json.loads(self.without_port(json.dumps(request)))
        with self.lock:
            self.asked.append(request)
        return request

    def without_port(self, text):
        host = self.url.removeprefix("http://")
        return text.replace(host, "HOST").replace(host.replace(":", "%3A"), "HOST")

    def reply(self, request):
        with self.lock:
            for index, route in enumerate(self.routes):
                if fits(route, request):
                    count = self.matched[index]
                    self.matched[index] += 1
                    return self.rendered(chosen(route, request, count))
        return self.rendered({"status": 404, "json": {"error": "no route of the script fits"}})

    def rendered(self, reply):
        headers = [(n, v.replace("URL", self.url)) for n, v in reply.get("headers", {}).items()]
        if "json" in reply:
            text = json.dumps(reply["json"])
        else:
            text = reply.get("text", "")
        body = text.replace("URL", self.url).encode()
        if reply.get("packed") == "gzip":
            body = gzip.compress(body)
        elif reply.get("packed") == "zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w") as archive:
                archive.writestr("part", body)
            body = buffer.getvalue()
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        return reply.get("status", 200), headers, body


def fits(route, request):
    if route.get("method", request["method"]) != request["method"]:
        return False
    if route.get("path", request["path"]) != request["path"]:
        return False
    query = dict(request["query"])
    for name, value in route.get("query", {}).items():
        if query.get(name) != value:
            return False
    for name, value in route.get("header", {}).items():
        if request["headers"].get(name) != value:
            return False
    return "body" not in route or request["body"] == route["body"]


def chosen(route, request, count):
    """`by` chooses a reply by a query parameter; `replies` are used one after the other, and the
    last one again and again."""
    if "by" in route:
        replies = route["replies"]
        value = dict(request["query"]).get(route["by"], "")
        return replies.get(value, replies.get("*", {"status": 404, "json": {"error": "no such page"}}))
    if "replies" in route:
        replies = route["replies"]
        return replies[min(count, len(replies) - 1)]
    return route
