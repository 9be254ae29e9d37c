"""`python -m inferlog` is the command `inferlog`."""

from inferlog.cli import main

main()
