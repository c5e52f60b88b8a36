"""The `rollcall` command, a module a subcommand."""
