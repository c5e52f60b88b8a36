"""The `rollcall` command as a module: python -m cli."""

from cli.main import main

main()
