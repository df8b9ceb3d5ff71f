"""Addresses of the residents' door. No tracking code stands in any of them."""

from django.urls import path

from minsheng.doors.portal import acting, adding, answering, filing, grading, mine

app_name = "portal"
urlpatterns = [
    path("", filing.home, name="home"),
    path("new/check", filing.check, name="check"),
    path("new/<str:step>", filing.step, name="new"),
    path("track", mine.track, name="track"),
    path("leave", mine.leave, name="leave"),
    path("my/<str:no>", mine.order, name="order"),
    path("my/<str:no>/receipt", mine.receipt, name="receipt"),
    path("my/<str:no>/photo", adding.photo, name="photo"),
    path("my/<str:no>/files/<str:identity>", adding.fetch, name="file"),
    path("my/<str:no>/answer/<str:step>", answering.step, name="answer"),
    path("my/<str:no>/grade", grading.grade, name="grade"),
    path("my/<str:no>/ballot", grading.ballot, name="ballot"),
    path("my/<str:no>/<str:action>", acting.act, name="act"),
]
