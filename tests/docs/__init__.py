"""Tests: what the documents say is so."""
