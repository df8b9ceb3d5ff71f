"""Jobs of the room (任务): each may run twice and do no harm."""

from __future__ import annotations

import logging

from django.core.management import call_command

from minsheng.core import Refused
from minsheng.core import commands as say
from minsheng.core.codes import ReopenCause, State
from minsheng.ground.access import SYSTEM
from minsheng.ground.jobs import app
from minsheng.respond import casework, drafts
from minsheng.respond.supervision import sweep

log = logging.getLogger(__name__)


@app.task(name="respond.propose")
def propose(no: str) -> None:
    """Put proposals beside a new order. The classifier is loaded here, in the worker, and not by every process."""
    from minsheng.respond.dispatch import propose_for

    propose_for(no)


@app.task(name="respond.follow")
def follow(no: str) -> None:
    """A merged order goes to its own call-back."""
    if casework.view(no, SYSTEM)[1].state is State.MERGED:
        casework.as_system(no, say.Follow())


@app.task(name="respond.main_failed")
def main_failed(no: str, child: str) -> None:
    """A merged requester is not satisfied: the main order is handled again."""
    grounds = f"并入本单的 {child} 回访未解决或不满意"
    state = casework.view(no, SYSTEM)[1].state
    try:
        if state is State.CLOSED:
            casework.as_system(no, say.Reopen(cause=ReopenCause.LOOK_BACK, grounds=grounds))
        elif state is State.TO_CALL_BACK:
            casework.as_system(no, say.Rework(grounds=grounds))
    except Refused as refused:
        if refused.code != "reopen_window_over":
            raise


@app.periodic(cron="* * * * *")
@app.task(name="respond.sweep", queueing_lock="respond.sweep")
def sweep_timers(timestamp: int) -> None:  # noqa: ARG001
    """Fire the timers that are due. `timestamp` is the minute for which it was queued."""
    sweep()


@app.periodic(cron="* * * * *")
@app.task(name="respond.facts", queueing_lock="respond.facts")
def facts(timestamp: int) -> None:  # noqa: ARG001
    """Bring the lake up to date."""
    _lake(fold_all=False)


@app.task(name="respond.facts_now")
def facts_now() -> None:
    """The same at once, after an erasure."""
    _lake(fold_all=False)


@app.periodic(cron="10 3 * * *")
@app.task(name="respond.fold_facts", queueing_lock="respond.fold_facts")
def fold_facts(timestamp: int) -> None:  # noqa: ARG001
    """Fold the day's parts of the lake into sorted files."""
    _lake(fold_all=True)


def _lake(*, fold_all: bool) -> None:
    """The lake's engine is loaded here, in the worker. Whoever writes it now does this run's work too."""
    from minsheng.ground.lake import LakeBusy
    from minsheng.respond.facts import AnotherLake, lake_now

    try:
        lake_now(fold_all=fold_all)
    except LakeBusy as busy:
        log.info("%s", busy)
    except AnotherLake as elsewhere:
        log.warning("%s", elsewhere)


@app.periodic(cron="20 3 * * *")
@app.task(name="respond.retrain", queueing_lock="respond.retrain")
def retrain(timestamp: int) -> None:  # noqa: ARG001
    """Train the city's model on what people decided."""
    from minsheng.respond.dispatch import retrain as learn_again

    learn_again()


@app.periodic(cron="40 3 * * *")
@app.task(name="respond.forget", queueing_lock="respond.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001
    """Throw away old drafts and the sessions that have expired."""
    drafts.sweep()
    call_command("clearsessions")
