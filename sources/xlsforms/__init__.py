"""XLSForm: forms that are written as workbooks, read as far as a form here has what they say."""

__all__: list[str] = []
