"""What follows from an event elsewhere (后续): jobs, queued in the transaction that made the event.

A merged requester is called back when the main order is; their "not solved" reopens the main one. The one job that
every intake causes, its proposals, stands in receive.sql itself: intake is the hottest path of the house."""

from __future__ import annotations

from collections.abc import Sequence

from minsheng.core import Event, Order
from minsheng.core import events as done
from minsheng.ground.jobs import app


def follow_up(after: Order, events: Sequence[Event]) -> None:
    """Queue the jobs that `events` call for, which made the order what `after` is."""
    for event in events:
        match event:
            case done.DetailAdded() if event.due is not None:
                queue("respond.propose", no=after.no)
            case done.ReviewDone(accepted=True, due=due) if due is not None:
                _followers(after)
            case done.Closed():
                _followers(after)
            case done.FellBack():
                assert after.merged_into is not None
                queue("respond.main_failed", no=after.merged_into, child=after.no)


def _followers(order: Order) -> None:
    for no in order.absorbed:
        queue("respond.follow", no=no)


def queue(task: str, **args: str) -> None:
    """Queue one job; it runs after the commit, at least once."""
    app.configure_task(task).defer(**args)
