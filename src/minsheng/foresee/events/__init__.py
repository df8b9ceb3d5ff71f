"""Events and hot issues (事件与热点): requests of one cause put together as they arrive, named and ranked."""

from minsheng.foresee.events.events import Grouped, Hot, events_of_table, grouped, hot_issues
from minsheng.foresee.events.grouping import Event, Events, Rule
from minsheng.foresee.events.ranking import Heat, heat
from minsheng.foresee.events.reading import Messages, Reading
from minsheng.foresee.events.table import Requests, Unusable, read_requests

__all__ = [
    "Event",
    "Events",
    "Grouped",
    "Heat",
    "Hot",
    "Messages",
    "Reading",
    "Requests",
    "Rule",
    "Unusable",
    "events_of_table",
    "grouped",
    "heat",
    "hot_issues",
    "read_requests",
]
