"""The deposit against FastAPI without a database, and against the usual way; bench/README.md says what is equal."""

import itertools
import os
import statistics

from bench.outils import charge, cpu_seconds, database, generator, make_demarches, report, service, wrk

ROUNDS = 3
ADRESSES = int(os.environ.get("BENCH_ADRESSES", "1000000"))
MIB = 2**20


def main() -> None:
    """Print the table's rows about the deposit: medians over rounds in which the compared routes take turns."""
    with database() as url:
        cles = make_demarches(url, 200)
        with service(url) as (base, server):
            routes = {
                "depot": (f"{base}/api/v1/avis", cles),
                "chaud": (f"{base}/api/v1/avis", cles[:1]),
                "sans_base": (f"{base}/bench/sans-base", cles),
                "usuel": (f"{base}/bench/usuel", cles),
            }
            for route in routes.values():
                wrk(*route, seconds=2)
            rounds = [{name: measure(server, *route) for name, route in routes.items()} for _ in range(ROUNDS)]
            rate = statistics.median(r["depot"][0] for r in rounds)
            compare(rounds, rate)
            latency(routes, rate)
        many_addresses(url, cles)


def many_addresses(url, cles) -> None:
    """Every deposit from an address of its own, through a trusted proxy, with the limits as they come and without."""
    proxy = {"proxys_de_confiance": "127.0.0.1"}
    limits = {"limite_par_adresse": 60, "limite_par_bouton": 20}
    with service(url, 8917, **proxy) as (free, _), service(url, 8918, **proxy, **limits) as (limited, server):
        routes = {"free": f"{free}/api/v1/avis", "limited": f"{limited}/api/v1/avis"}
        for route in routes.values():
            charge(route, cles, 2, None, "--adresses", "0", "--count", "5000")
        before = server.memory_info().rss
        charge(routes["limited"], cles, 3_600, None, "--adresses", "0", "--count", str(ADRESSES), "--refused")
        numbers = itertools.count(ADRESSES, 200_000)
        rounds = [
            {
                name: charge(route, cles, 6, None, "--adresses", str(next(numbers)))["rate"]
                for name, route in routes.items()
            }
            for _ in range(ROUNDS)
        ]
        grown = (server.memory_info().rss - before) / MIB
    value = statistics.median(r["limited"] / r["free"] for r in rounds)
    detail = f"{statistics.median(r['limited'] for r in rounds):.0f} deposits/s, after {ADRESSES:,} addresses"
    report("deposit rate, one address each, limits / no limits", value, "≥ 0.9", value >= 0.9, detail)
    report("memory for them, MiB", grown, "≤ 100", grown <= 100, "growth of the process")


def measure(server, url, cles) -> tuple[float, float]:
    """(requests per second, CPU microseconds per request) of one route."""
    before = cpu_seconds(server)
    seconds = 6
    rate = wrk(url, cles, seconds)
    return rate, (cpu_seconds(server) - before) / (rate * seconds) * 1e6


def compare(rounds, rate) -> None:
    def ratio(one: str, other: str, index: int = 0) -> float:
        return statistics.median(r[one][index] / r[other][index] for r in rounds)

    detail = f"{rate:.0f} deposits/s, {generator()}, 32 connections"
    value = ratio("depot", "sans_base")
    report("deposit rate / same model without a database", value, "≥ 1.1", value >= 1.1, detail)
    value = ratio("depot", "usuel")
    report("deposit rate / usual way", value, "≥ 8", value >= 8, detail)
    cpu = statistics.median(r["depot"][1] for r in rounds)
    value = ratio("depot", "sans_base", 1)
    report("CPU per deposit, service + PostgreSQL / per request without", value, "≤ 1.3", value <= 1.3, f"{cpu:.0f} µs")
    value = ratio("chaud", "depot")
    report("all on one démarche / spread over 200", value, "≥ 0.9", value >= 0.9, detail)


def latency(routes, rate) -> None:
    found = {name: [] for name in ("depot", "sans_base")}
    for _ in range(ROUNDS):
        for name, latencies in found.items():
            latencies.append(charge(*routes[name], seconds=5, rate=rate / 2)["p99"])
    mine, other = (statistics.median(latencies) for latencies in found.values())
    detail = f"{mine:.1f} / {other:.1f} ms"
    report("p99 at half rate / without a database", mine / other, "≤ 3", mine <= 3 * other, detail)
