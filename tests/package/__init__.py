"""Tests: what users install."""
