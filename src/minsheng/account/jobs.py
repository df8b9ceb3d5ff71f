"""Jobs of the room (任务): each may run twice and do no harm."""

from __future__ import annotations

import logging

from minsheng.ground.jobs import app

log = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(name="account.publish", queueing_lock="account.publish")
def publish(timestamp: int) -> None:  # noqa: ARG001
    """Number what was committed, then publish a head: well within the promised hour."""
    from minsheng.account.ledger import number, publish

    number()
    publish()


@app.periodic(cron="5 * * * *")
@app.task(name="account.define", queueing_lock="account.define")
def define(timestamp: int) -> None:  # noqa: ARG001
    """Put metric definitions into the ledger that are not there yet: before the month in which they are used."""
    from minsheng.account.monthly import define as define_now

    define_now()


@app.periodic(cron="20 4 1-7 * *")
@app.task(name="account.release", queueing_lock="account.release")
def release(timestamp: int) -> None:  # noqa: ARG001
    """Release the months that are over, in the first days of the next."""
    from minsheng.account.monthly import due
    from minsheng.account.monthly import release as release_month
    from minsheng.account.releases import NothingToRelease

    for month in due():
        try:
            release_month(month)
        except NothingToRelease as nothing:
            log.info("no release of %s: %s", month, nothing)


@app.periodic(cron="35 * * * *")
@app.task(name="account.count", queueing_lock="account.count")
def count(timestamp: int) -> None:  # noqa: ARG001
    """Put the channels' counters into the ledger, once a day of the city, and tombstones that it lacks."""
    from minsheng.account.ledger.counters import count_channels
    from minsheng.account.ledger.tombstones import raise_tombstones

    count_channels()
    raise_tombstones()


@app.periodic(cron="40 3 * * *")
@app.task(name="account.ballots", queueing_lock="account.ballots")
def ballots(timestamp: int) -> None:  # noqa: ARG001
    """Publish the ballots of months in which the last one has closed."""
    from minsheng.account.ballots import due as ballots_due
    from minsheng.account.ballots import publish as publish_ballots

    for month in ballots_due():
        publish_ballots(month)
