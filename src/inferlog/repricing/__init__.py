"""Stored logs priced anew: jobs that read, price, compare and, if they are to, change. docs/decisions/reprice.md."""
