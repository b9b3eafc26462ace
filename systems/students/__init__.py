"""Student data: answers of forms, cleaned, analysed and shown."""

__all__: list[str] = []
