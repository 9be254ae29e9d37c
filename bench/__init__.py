"""Benchmarks that anyone can run: `make bench`. Each prints a ratio against a floor measured in the same run."""
