"""People, documents and the links between them: everything below the terminal."""

__version__ = "0.1.0"
