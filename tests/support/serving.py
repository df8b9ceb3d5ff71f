"""Something that answers requests by POST, on a free port of this machine, for tests."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler

from minsheng.ground.loopback import serving

Answer = tuple[int, str, bytes]
"""Status, kind of content, content."""


def served(answer: Callable[[str, bytes], Answer]) -> AbstractContextManager[str]:
    """Serve what `answer` says to a path and a body; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, kind, content = answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return serving(Handler)
