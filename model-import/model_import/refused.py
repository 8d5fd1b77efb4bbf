"""The one error that ends an import in words: what was wrong, with what, and what to do."""


class Refused(Exception):
    """The model is not imported, and nothing is written."""
