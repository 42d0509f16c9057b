"""Serves the made-up ministry's site, on another origin than the service."""

import gzip
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from app.demo.pages_hote import Reponse

ABSENTE = Reponse("Cette page n’existe pas.".encode(), "text/plain; charset=utf-8")


@contextmanager
def serving_site(host: str, port: int, pages: Mapping[str, Reponse]) -> Iterator[None]:
    """Serve the pages in a background thread for the time of the block. Raises OSError (port taken)."""
    server = ThreadingHTTPServer((host, port), handler(pages))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="site-hote", daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


def handler(pages: Mapping[str, Reponse]) -> type[BaseHTTPRequestHandler]:
    """What answers each request."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            self.wfile.write(self._announce(pages.get(path, ABSENTE), 200 if path in pages else 404))

        def do_HEAD(self) -> None:
            path = self.path.partition("?")[0]
            self._announce(pages.get(path, ABSENTE), 200 if path in pages else 404)

        def _announce(self, reponse: Reponse, status: int) -> bytes:
            """Send the head of a reply; what its body is."""
            packed = "gzip" in self.headers.get("Accept-Encoding", "")
            body = gzip.compress(reponse.corps, mtime=0) if packed else reponse.corps
            headers = {"Content-Type": reponse.type, "Content-Length": str(len(body)), "Vary": "Accept-Encoding"}
            headers |= {"Content-Security-Policy": reponse.csp, "X-Content-Type-Options": "nosniff"}
            self.send_response(status)
            for name, value in (headers | ({"Content-Encoding": "gzip"} if packed else {})).items():
                self.send_header(name, value)
            self.end_headers()
            return body

        def log_message(self, *_args: object) -> None:
            """Nothing: the demonstration's terminal is for its links."""

    return Handler
