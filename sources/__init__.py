"""Sources: files and pages of others, brought into messages of a stream, each fact once.

What comes is kept as it came, then read strictly, mapped by the source's own SELECT in a process without rights,
compared with what was sent before, judged by the stream's decoder, and sent.
"""

__all__: list[str] = []
