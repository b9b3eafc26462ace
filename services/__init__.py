"""The processes that run on beside the engines, each `python -m services.NAME`: the keeper and the agent (the web
service is `web`). With them what they are made of, and the generator of the messages that `produce` sends."""

__all__: list[str] = []
