from django.urls import path

from demo import views

urlpatterns = [
    path("", views.index),
    path("demo/add", views.add),
    path("demo/all", views.everyone),
    path("demo/check", views.check),
    path("health/", views.health),
    path("health/live/", views.live),
]
