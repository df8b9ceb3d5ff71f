"""Addresses of the staff's side."""

from django.urls import path

from minsheng.doors.desks import agent, callback, evidence, knowledge, lists, names, order
from minsheng.doors.frame import login

urlpatterns = [
    path("", lists.first, name="staff"),
    path("login", login.enter, name="login"),
    path("logout", login.leave, name="logout"),
    path("search", lists.search, name="search"),
    path("names/<slug:kind>", names.names, name="names"),
    path("draft", agent.draft, name="draft"),
    path("agent", agent.desk, name="agent"),
    path("agent/call", agent.call, name="call"),
    path("agent/beside", agent.beside, name="beside"),
    path("pool", lists.view("pool"), name="pool"),
    path("inbox", lists.view("inbox"), name="inbox"),
    path("approvals", lists.view("approvals"), name="approvals"),
    path("review", lists.view("review"), name="review"),
    path("supervision", lists.view("supervision"), name="supervision"),
    path("orders", lists.view("orders"), name="orders"),
    path("orders/<str:no>", order.page, name="order"),
    path("orders/<str:no>/do", order.do, name="do"),
    path("orders/<str:no>/person", order.reveal, name="reveal"),
    path("orders/<str:no>/files", evidence.add, name="files"),
    path("orders/<str:no>/files/<str:identity>", evidence.fetch, name="file"),
    path("callback", callback.desk, name="callback"),
    path("callback/<str:no>", callback.answer, name="callback-answer"),
    path("callback/<str:no>/number", callback.number, name="callback-number"),
    path("knowledge", knowledge.search, name="knowledge"),
    path("knowledge/new", knowledge.edit, name="entry-new"),
    path("knowledge/import", knowledge.take_in, name="entry-import"),
    path("knowledge/<int:number>", knowledge.entry, name="entry"),
    path("knowledge/<int:number>/edit", knowledge.edit, name="entry-edit"),
]
