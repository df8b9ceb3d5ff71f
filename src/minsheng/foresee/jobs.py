"""Jobs of the room (任务): each may run twice and do no harm."""

from __future__ import annotations

from minsheng.ground.jobs import app


@app.periodic(cron="30 4 * * *")
@app.task(name="foresee.look", queueing_lock="foresee.look")
def look(timestamp: int) -> None:  # noqa: ARG001
    """The nightly look over the lake."""
    from minsheng.foresee.topics import look_now
    from minsheng.ground.access import SYSTEM

    look_now(SYSTEM)


@app.periodic(cron="*/10 * * * *")
@app.task(name="foresee.cards", queueing_lock="foresee.cards")
def cards(timestamp: int) -> None:  # noqa: ARG001
    """Cards for listed items whose time is near or over."""
    from minsheng.foresee.sessions.desk import give_cards

    give_cards()
