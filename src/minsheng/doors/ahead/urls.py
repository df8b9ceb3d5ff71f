"""Addresses of foresight."""

from django.urls import path

from minsheng.doors.ahead import (
    board,
    calendar,
    effects,
    library,
    months,
    papers,
    places,
    portrait,
    sparrow,
    topics,
    volumes,
)

urlpatterns = [
    path("board", board.board, name="board"),
    path("board/<int:finding>", board.page, name="finding"),
    path("board/<int:finding>/propose", board.propose, name="finding-propose"),
    path("calendar", calendar.page, name="calendar"),
    path("map", places.page, name="map"),
    path("volumes", volumes.page, name="volumes"),
    path("reports/<slug:span>", papers.report, name="report"),
    path("topics/<str:topic_no>/effect", effects.page, name="effect"),
    path("topics/<str:topic_no>/portrait", portrait.page, name="portrait"),
    path("topics/<str:topic_no>/measure", effects.measure, name="measure"),
    path("topics/<str:topic_no>/special", papers.special, name="special"),
    path("sparrow/<str:order>", sparrow.sparrow, name="sparrow"),
    path("topics", topics.listing, name="topics"),
    path("topics/new", topics.propose, name="topic-new"),
    path("topics/<str:topic_no>", topics.page, name="topic"),
    path("topics/<str:topic_no>/do", topics.do, name="topic-do"),
    path("months", months.listing, name="months"),
    path("months/<str:month>", months.page, name="month"),
    path("months/<str:month>/do", months.do, name="month-do"),
    path("months/<str:month>/pack", months.pack, name="pack"),
    path("months/<str:month>/room/<int:n>", months.room, name="room"),
    path("tasks", topics.tasks, name="tasks"),
    path("library", library.listing, name="library"),
    path("library/new", library.adopt, name="mechanism-new"),
    path("library/<str:mechanism_no>", library.page, name="mechanism"),
    path("library/<str:mechanism_no>/do", library.do, name="mechanism-do"),
]
