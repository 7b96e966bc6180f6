"""One Markdown manuscript in; accessible PDF, EPUB and HTML out."""

__version__ = "0.1.0"
