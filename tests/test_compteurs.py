"""Counters whose cost and memory do not depend on how many addresses there are."""

import random
import time
import tracemalloc

import pytest

from app.avis.compteurs import FENETRE, Compteurs
from app.avis.limites import Limites, Partage
from app.problems import TropDeRequetes


class Clock:
    now = 1_800_000_000.5

    def __call__(self):
        return self.now


def addresses(first, count):
    return [
        f"{n >> 24}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        for n in range(0x14000000 + first, 0x14000000 + first + count)
    ]


@pytest.fixture
def limites(settings):
    limited = settings.model_copy(update={"limite_par_adresse": 60, "limite_par_bouton": 20})
    return Limites(limited, b"secret", Clock())


async def deposits(limites, those):
    begin = time.process_time()
    for address in those:
        await limites.check_tentative(address)
        await limites.check_depot(address, 7)
    return time.process_time() - begin


async def test_the_cost_of_a_deposit_does_not_grow_with_the_addresses_already_seen(limites):
    few = await deposits(limites, addresses(0, 5_000))
    for n in range(20):
        await deposits(limites, addresses(5_000 * (n + 1), 5_000))
    many = await deposits(limites, addresses(5_000 * 21, 5_000))
    assert many < 6 * few  # sweeping what is known at each hit made it 20 times more


async def test_memory_does_not_grow_with_the_addresses_seen(limites):
    await deposits(limites, addresses(0, 1_000))
    tracemalloc.start()
    try:
        await deposits(limites, addresses(1_000, 20_000))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 100_000


async def test_the_table_of_a_process_is_within_a_hundred_mebibytes():
    tracemalloc.start()
    try:
        Compteurs(Clock())
        assert tracemalloc.get_traced_memory()[0] <= 100 * 2**20
    finally:
        tracemalloc.stop()


async def test_an_address_at_its_limit_is_still_refused_after_many_others_came(limites):
    for _ in range(20):
        await limites.check_depot("203.0.113.9", 7)
    await deposits(limites, addresses(0, 30_000))
    with pytest.raises(TropDeRequetes):
        await limites.check_depot("203.0.113.9", 7)


def test_in_a_full_table_nobody_is_counted_for_more_than_they_sent_and_the_busiest_stay_counted():
    compteurs, keys = Compteurs(Clock(), ensembles=4), random.Random(1)
    busy = [keys.getrandbits(64) for _ in range(4)]
    for cle in busy:
        compteurs.ajouter(cle, 50)
    for _ in range(5_000):
        assert compteurs.ajouter(keys.getrandbits(64))[0] == 1
    assert [compteurs.lire(cle)[0] for cle in busy] == [50] * 4


def test_a_window_ends_after_a_minute_and_its_place_is_taken_first():
    clock = Clock()
    compteurs = Compteurs(clock, ensembles=1)
    assert [compteurs.ajouter(1)[0], compteurs.ajouter(1)[0]] == [1, 2]
    assert 0 < compteurs.lire(1)[1] <= FENETRE
    clock.now += FENETRE
    assert compteurs.lire(1)[0] == 0
    assert compteurs.ajouter(1)[0] == 1


def test_a_clock_that_goes_back_keeps_nobody_out():
    clock = Clock()
    compteurs = Compteurs(clock, ensembles=1)
    compteurs.ajouter(1, 1_000)
    clock.now -= 3_600
    assert compteurs.lire(1)[0] == 0
    assert compteurs.ajouter(1)[0] == 1


async def test_limits_shared_between_processes_say_the_same(settings):
    """The library's own storage stands for Redis: the same calls, the same answers."""
    limited = settings.model_copy(update={"limite_par_adresse": 3, "limite_par_bouton": 2, "limite_lectures": 100})
    limites = Limites(limited, b"secret")
    limites._stockage = Partage("async+memory://")

    waits = []

    async def refused(call, *arguments):
        try:
            await call(*arguments)
        except TropDeRequetes as refus:
            waits.append(int(refus.headers["Retry-After"]))
            return True
        return False

    assert [await refused(limites.check_depot, "a", bouton) for bouton in (1, 1, 1, 2, 2)] == [0, 0, 1, 0, 1]
    assert [await refused(limites.check_tentative, "a") for _ in range(31)] == [0] * 30 + [1]
    assert [await refused(limites.check_lecture, "a", 60)] == [0]
    await limites.settle_lecture("a", -50)
    assert [await refused(limites.check_lecture, "a", cost) for cost in (80, 20)] == [0, 1]
    assert all(1 <= wait <= 61 for wait in waits)
