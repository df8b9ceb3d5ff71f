"""Jobs of the room (任务): each may run twice and do no harm."""

from __future__ import annotations

from minsheng.ground.jobs import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="account.publish", queueing_lock="account.publish")
def publish(timestamp: int) -> None:  # noqa: ARG001
    """Number what was committed, then publish a head: well within the promised hour."""
    from minsheng.account.ledger import number, publish

    number()
    publish()
