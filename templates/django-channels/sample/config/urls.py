from django.urls import path

from chat import views

urlpatterns = [
    path("", views.index, name="index"),
    path("chat/", views.enter, name="enter"),
    path("chat/<room:room>/", views.room, name="room"),
    path("demo/check", views.check),
]
