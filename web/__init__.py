"""The web service: pages for people, the HTTP API for programs, and the edge where messages posted over HTTP enter
Kafka. `web.app.create_app` is the ASGI factory; it answers nothing itself but asks `query` and sends through
`streams.producer`.
"""

__all__: list[str] = []
