"""The monthly session (月调度): the one write path of topics, sessions and mechanisms, and what desks read of them."""

from minsheng.foresee.sessions.desk import (
    NotFound,
    adopt,
    handle,
    inbox,
    mechanism,
    mechanisms,
    next_topic_no,
    open_session,
    propose,
    session,
    sessions,
    topic,
    topics,
)
from minsheng.foresee.sessions.store import Stored

__all__ = [
    "NotFound",
    "Stored",
    "adopt",
    "handle",
    "inbox",
    "mechanism",
    "mechanisms",
    "next_topic_no",
    "open_session",
    "propose",
    "session",
    "sessions",
    "topic",
    "topics",
]
