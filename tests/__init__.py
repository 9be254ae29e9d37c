"""The tests of inferlog."""
