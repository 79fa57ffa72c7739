"""
Health checks ask a machine by its address, which is none of ALLOWED_HOSTS, and every few seconds. They are answered in
front of Django: this process serves, whatever the database does.
"""


def with_wsgi_health(application, path):
    def answer(environ, start_response):
        if environ.get("PATH_INFO") != path:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "3")])
        return [b"ok\n"]

    return answer


def with_asgi_health(application, path):
    async def answer(scope, receive, send):
        if scope["type"] != "http" or scope["path"] != path:
            return await application(scope, receive, send)
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"3")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok\n"})

    return answer
