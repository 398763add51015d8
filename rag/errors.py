"""Errors a user can act on: one line that says what was wrong and what to run."""


class RagError(Exception):
    """Base of every error meant for the user; anything else is a bug and shows itself."""


class SettingsError(RagError):
    """A setting that is unknown, of the wrong type or out of range."""


class MissingExtraError(RagError):
    """An optional package is not installed."""


class ModelError(RagError):
    """A model file is missing, damaged, or not the one its catalogue entry names."""


class ArticleError(RagError):
    """A file that cannot be read as an article."""


class IndexMismatchError(RagError):
    """The index was built by another embedder or chunker than the settings name."""


class IndexDamagedError(RagError):
    """A file of the index does not match its checksum and cannot be rebuilt."""


class IndexLockedError(RagError):
    """Another process is writing to the index."""


class IndexAccessError(RagError):
    """The index cannot be read or written: no space left, no permission, or its server refuses."""


class IndexUnreachableError(RagError):
    """The server that holds the index does not answer."""


class IndexMissingError(RagError):
    """There is no index in the folder yet."""


class GeneratorError(RagError):
    """The language model failed or could not be reached."""


class QuestionSetError(RagError):
    """A question set that cannot be read."""
