"""Deleting logs: jobs that are written down, in a thread of their own, a portion of logs at a time."""
