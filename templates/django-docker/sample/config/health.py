"""
Health checks ask a machine by its address, which is none of ALLOWED_HOSTS, and every few seconds. They are answered in
front of Django: this process serves, whatever the database does.
"""


def with_health(application, path):
    def answer(environ, start_response):
        if environ.get("PATH_INFO") != path:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
        return [b"ok\n"]

    return answer
