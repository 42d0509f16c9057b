"""A page that stands for a ministry's own site, on another origin than the service, with the button on it."""

import threading
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Votre demande est envoyée — page hôte de démonstration</title>
<link rel="icon" href="data:,">
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 0; color: #161616; background: #f6f6f6 }}
  header {{ background: #fff; padding: 1rem; border-bottom: 1px solid #ddd }}
  main {{ max-width: 44rem; margin: 2rem auto; padding: 0 1rem }}
  .recu {{ background: #fff; border-left: 4px solid #18753c; padding: 1rem 1.5rem; margin: 0 0 2rem }}
  .demo {{ font-size: .875rem; background: #fff4d6; padding: .5rem 1rem; margin: 0 }}
</style></head>
<body><p class="demo">Démonstration : cette page tient lieu du site d'un ministère. Elle est servie depuis une autre
origine que le service d'avis.</p>
<header><strong>Ministère de la Démonstration</strong> — {titre}</header>
<main><div class="recu"><h1>Votre demande est envoyée</h1>
<p>Elle porte le numéro <strong>2026-0042-DEMO</strong>. Vous recevrez une réponse sous quinze jours.</p></div>
<h2>Comment cela s'est-il passé pour vous ?</h2>
<p>{snippet}</p>
</main></body></html>
"""


def serve_host_page(host: str, port: int, titre: str, snippet: str) -> ThreadingHTTPServer:
    """Serve the page in a background thread until the server it returns is shut down. Raises OSError (port taken)."""
    page = PAGE.format(titre=escape(titre), snippet=snippet).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_args: object) -> None:
            """Nothing: the demonstration's terminal is for its links."""

    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, name="page-hote", daemon=True).start()
    return server
