"""Reading figures: does the cost follow the number of avis (it must not), and what does an unchanged answer cost."""

import json
import statistics
import time
from datetime import date, timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

from bench.outils import database, make_demarches, report, service, sql

TOUR = 200
COUNTS = """
INSERT INTO compte (demarche_id, question, pas, debut, bouton_id, n0, n5, n10)
SELECT b.demarche_id, 1, p.pas, p.debut, b.id, 2 * jours * {scale}, jours * {scale}, 5 * jours * {scale}
FROM bouton b,
     (SELECT p.pas, CASE p.pas WHEN 'j' THEN jour ELSE date_trunc('month', jour)::date END AS debut, count(*) AS jours
      FROM generate_series(current_date - 1825, current_date, '1 day') AS jour, (VALUES ('j'), ('m')) AS p (pas)
      GROUP BY 1, 2) p
WHERE b.demarche_id {which}
"""


def main() -> None:
    """Print the table's rows about reads."""
    fin = date.today()
    debut = fin - timedelta(days=364)
    period = f"debut={debut}&fin={fin}"
    with database() as url:
        make_demarches(url, 2000)
        # Five years of days for each démarche; the second one has a thousand times the avis of the first.
        sql(url, COUNTS.format(scale=1, which="<> 2"), COUNTS.format(scale=1000, which="= 2"), "ANALYZE compte")
        sql(url, "VACUUM ANALYZE compte", "SELECT 1")
        with service(url) as (base, _):
            few, many = (f"/api/v1/demarches/bench-{n}/indice?{period}" for n in (1, 2))
            total = json.loads(fetch(base, many)[1])["total"]
            pairs = [(fresh(base, url, many), fresh(base, url, few)) for _ in range(TOUR)]
            value = statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)
            detail = f"{total:,} avis / {total // 1000:,}; {statistics.median(a for a, _ in pairs) * 1000:.1f} ms fresh"
            report("indice over 12 months, many avis / few", value, "≤ 1.2", value <= 1.2, detail)
            all_of_them(base, url, period)


def all_of_them(base: str, url: str, period: str) -> None:
    path = f"/api/v1/indices?{period}&limite=5000"
    times = sorted(fresh(base, url, path) * 1000 for _ in range(15))
    body = fetch(base, path)[1]
    assert len(json.loads(body)["elements"]) == 2000
    middle = statistics.median(times)
    detail = f"ms, fresh, 2 000 démarches, {len(body) / 1e6:.1f} MB; {times[0]:.0f} to {times[-1]:.0f}"
    report("indices, every démarche", middle, "≤ 100 ms", middle <= 100, detail)
    etag = fetch(base, path)[2]
    pairs = [(fetch(base, path, etag)[0], fetch(base, "/healthz")[0]) for _ in range(5 * TOUR)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    detail = f"{mine * 1e6:.0f} / {other * 1e6:.0f} µs, one connection"
    report("indices unchanged (304) / healthz", mine / other, "≤ 3", mine <= 3 * other, detail)


_connections: dict[str, HTTPConnection] = {}


def fetch(base: str, path: str, etag: str | None = None) -> tuple[float, bytes, str]:
    """(seconds, body, ETag) of a GET on a kept connection."""
    connection = _connections.setdefault(base, HTTPConnection(urlsplit(base).netloc))
    start = time.perf_counter()
    connection.request("GET", path, headers={"If-None-Match": etag} if etag else {})
    reply = connection.getresponse()
    body = reply.read()
    assert reply.status == (304 if etag else 200), body
    return time.perf_counter() - start, body, reply.headers.get("ETag") or ""


def fresh(base: str, url: str, path: str) -> float:
    """Seconds of a GET right after something was committed: nothing kept may serve."""
    sql(url, "CREATE TABLE IF NOT EXISTS autre_chose (n integer)", "INSERT INTO autre_chose VALUES (1) RETURNING n")
    return fetch(base, path)[0]
