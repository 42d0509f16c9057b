"""HTTP/1.1 with the bounds that a public server needs, and refusals in French of what the application never sees."""

import asyncio
import re
from types import SimpleNamespace
from typing import ClassVar

import httptools
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.ops import repetitions
from app.ops.connexions import Connexions
from app.ops.transport import Adieux
from app.problems import (
    MEDIA_TYPE,
    AdresseTropLongue,
    EntetesTropLongs,
    Indisponible,
    MethodeInconnue,
    Probleme,
    RequeteMalFormee,
    render,
)

ENTETES_MAX = 32 * 1024
LECTURE = 256 * 1024
"""What the event loop reads from a socket at once."""

TRAILERS_MAX = 100

REFUSEES = Counter(
    "jdma_requetes_mal_formees_total", "Requêtes refusées avant d'être lues, par code de refus.", ["code"]
)
_METHODE = re.compile(rb"[A-Za-z-]{1,30} ")


class ProtocoleBorne(HttpToolsProtocol):
    """Clients must send their headers in `delai` seconds and 32 KiB: silence holds nothing open.

    What cannot be parsed, is too long, or finds no place is refused as problem+json, and counted rather than logged.
    """

    delai = 10.0
    delai_lecture = 30.0
    """Seconds without any progress that a client has to read an answer that is too long to be sent at once."""
    connexions: ClassVar[Connexions] = Connexions(10_000, 0)
    _echeance: asyncio.TimerHandle | None = None
    _patience: asyncio.TimerHandle | None = None
    _recus = 0
    _refus: Probleme | None = None
    _sourd = False
    """What comes after a request to upgrade, or after what cannot be read, is not HTTP: it is thrown away."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.transport = self.adieux = Adieux(transport, self)  # type: ignore[assignment]
        if not self.connexions.entrer(self, self.client[0] if self.client else ""):
            self._repondre(Indisponible())
            self.couper()
        self._await_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._headers_done()
        self._lu()
        self.connexions.sortir(self)
        super().connection_lost(exc)

    def couper(self) -> None:
        """Close at once, answered or not."""
        self.adieux.couper()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._lu()
        self._patience = self.loop.call_later(self.delai_lecture, self._abandonner)

    def resume_writing(self) -> None:
        self._lu()
        super().resume_writing()

    def _lu(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _abandonner(self) -> None:
        """The client asked, and reads nothing: its place goes to somebody else."""
        repetitions.noter("client_qui_ne_lit_pas", {}, cle=())
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self.adieux.jeter(data) or self._sourd:
            return
        self._recus += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuser(self._refus or _probleme(error, data))
        else:
            self._check_size()

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Serve the request as if nothing else had been asked (RFC 9110, 7.8), and no other on this connection.

        The parser has left its body out: another one reads it. Java's client, among others, asks so by default.
        """
        self.cycle.keep_alive = False
        framing = [
            b"%s: %s" % item for item in self.scope["headers"] if item[0] in {b"content-length", b"transfer-encoding"}
        ]
        if not framing:
            self._sourd = True
            return
        self.cycle.more_body = True
        suite = SimpleNamespace(on_body=self.on_body, on_message_complete=self._upgraded_body_complete)
        self.parser = httptools.HttpRequestParser(suite)
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%s\r\n\r\n" % b"\r\n".join(framing))
        self.data_received(rest)

    def _upgraded_body_complete(self) -> None:
        self.on_message_complete()
        self._sourd = True

    def _check_size(self) -> None:
        if self._echeance is None:
            self._recus = 0
            if self.headers is not None and len(self.headers) > TRAILERS_MAX:
                self._refuser(EntetesTropLongs())
        elif self._recus > ENTETES_MAX + LECTURE:  # the end of a body may have come in the same piece
            self._refuser(EntetesTropLongs())

    def on_message_begin(self) -> None:
        self._await_headers()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        if self._recus > ENTETES_MAX:
            self._check_headers()
        self._recus = 0
        self._headers_done()
        super().on_headers_complete()
        self.headers = []  # what comes now are trailers, that nobody reads

    def _check_headers(self) -> None:
        if (length := len(self.url)) + sum(len(name) + len(value) for name, value in self.headers) > ENTETES_MAX:
            self._refus = AdresseTropLongue() if length > ENTETES_MAX // 2 else EntetesTropLongs()
            raise ValueError(self._refus.code)

    def on_message_complete(self) -> None:
        self.connexions.occuper(self)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.pipeline and self.cycle.response_complete:
            self.connexions.reposer(self)
            if self._refus is not None:
                self._repondre(self._refus)
            elif self.cycle.more_body:  # what is left of the request must come as quickly as headers
                self._await_headers()

    def _refuser(self, refus: Probleme) -> None:
        """Answer in turn, after the requests that came before on the connection, and read no more."""
        REFUSEES.labels(refus.code).inc()
        repetitions.noter("requete_mal_formee", {"code": refus.code}, cle=(refus.code,))
        self._refus, self._sourd = refus, True
        self._headers_done()
        if self._doit_une_reponse():
            return
        self._repondre(refus)

    def _doit_une_reponse(self) -> bool:
        """Whether a whole request is still to be answered; one cut in its body is not, and is dropped."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        if self.cycle.more_body and not self.pipeline:
            started, self.cycle.disconnected = self.cycle.response_started, True
            self.cycle.message_event.set()
            if started:
                self._refus = None
                self.couper()
            return started
        return True

    def _repondre(self, refus: Probleme) -> None:
        self._refus = None
        if self.transport.is_closing():
            return
        corps = render(refus.body())
        headers = [
            *self.server_state.default_headers,
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(corps)),
            (b"cache-control", b"no-store"),
            (b"vary", b"Accept"),
            (b"x-content-type-options", b"nosniff"),
            (b"access-control-allow-origin", b"*"),
            (b"connection", b"close"),
            *((name.lower().encode(), value.encode()) for name, value in refus.headers.items()),
        ]
        head = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[refus.status] + head + b"\r\n" + corps)
        self.adieux.close(attendre=True)

    def _await_headers(self) -> None:
        if self._echeance is None:
            self._echeance = self.loop.call_later(self.delai, self.couper)

    def _headers_done(self) -> None:
        if self._echeance is not None:
            self._echeance.cancel()
            self._echeance = None


def _probleme(error: httptools.HttpParserError, data: bytes) -> Probleme:
    inconnue = isinstance(error, httptools.HttpParserInvalidMethodError) and _METHODE.match(data)
    return MethodeInconnue() if inconnue else RequeteMalFormee(_CONSEIL)


_CONSEIL = (
    "La requête n'est pas du HTTP bien formé. Dans une adresse, tout caractère hors de l'ASCII s'écrit codé : "
    "« décès » devient d%C3%A9c%C3%A8s."
)
