"""inferlog: the open, self-hosted log of every LLM call."""

from importlib.metadata import version

__version__ = version("inferlog")
