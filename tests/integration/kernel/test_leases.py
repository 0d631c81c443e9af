"""Work waits, is taken by one, and is taken over when its holder falls silent."""

from __future__ import annotations

import threading

import pytest

from homeport.kernel.base import leases
from homeport.kernel.base.database import Database
from homeport.kernel.base.errors import LeaseLost
from homeport.kernel.testing import FakeClock

QUEUE = "test"


def put(database: Database, key: str, clock: FakeClock) -> None:
    with database.writing() as session:
        leases.put(session, QUEUE, key, clock())


def take(database: Database, clock: FakeClock, owner: str = "a") -> leases.Lease | None:
    return leases.take(database, QUEUE, owner, clock(), lease_s=10)


def test_work_is_taken_once(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    lease = take(database, clock)
    assert lease is not None
    assert lease.key == "one"
    assert take(database, clock, "b") is None


def test_work_that_is_not_due_waits(database: Database, clock: FakeClock) -> None:
    with database.writing() as session:
        leases.put(session, QUEUE, "later", clock.now.replace(year=2027))
    assert take(database, clock) is None


def test_the_longest_due_comes_first(database: Database, clock: FakeClock) -> None:
    put(database, "first", clock)
    clock.advance(seconds=1)
    put(database, "second", clock)
    lease = take(database, clock)
    assert lease is not None
    assert lease.key == "first"


def test_a_silent_holder_is_replaced_and_its_fence_stops_it(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    frozen = take(database, clock, "a")
    clock.advance(seconds=11)
    successor = take(database, clock, "b")
    assert frozen is not None
    assert successor is not None
    assert successor.fence > frozen.fence
    with pytest.raises(LeaseLost), database.writing() as session:
        leases.guard(session, frozen)
    with pytest.raises(LeaseLost), database.writing() as session:
        leases.renew(session, frozen, clock(), 10)
    with database.writing() as session:
        leases.finish(session, successor)


def test_a_renewed_lease_is_not_taken_over(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    lease = take(database, clock)
    assert lease is not None
    clock.advance(seconds=8)
    with database.writing() as session:
        leases.renew(session, lease, clock(), 10)
    clock.advance(seconds=8)
    assert take(database, clock, "b") is None


def test_work_put_again_while_held_is_due_again_afterwards(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    lease = take(database, clock)
    put(database, "one", clock)
    assert lease is not None
    with database.writing() as session:
        leases.finish(session, lease)
    again = take(database, clock, "b")
    assert again is not None
    assert again.key == "one"


def test_finished_work_is_gone(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    lease = take(database, clock)
    assert lease is not None
    with database.writing() as session:
        leases.finish(session, lease)
    clock.advance(hours=1)
    assert take(database, clock) is None


def test_postponed_work_counts_its_attempts(database: Database, clock: FakeClock) -> None:
    put(database, "one", clock)
    for attempt in (1, 2, 3):
        lease = take(database, clock)
        assert lease is not None
        assert lease.attempts == attempt
        with database.writing() as session:
            leases.postpone(session, lease, clock())


def test_racing_workers_never_share_a_piece_of_work(database: Database, clock: FakeClock) -> None:
    for number in range(20):
        put(database, f"work-{number}", clock)
    taken: list[str] = []
    lock = threading.Lock()

    def race(owner: str) -> None:
        while (lease := take(database, clock, owner)) is not None:
            with lock:
                taken.append(lease.key)

    threads = [threading.Thread(target=race, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"work-{number}" for number in range(20))
