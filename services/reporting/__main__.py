"""Run reporting: python -m services.reporting."""

from services.reporting.app import main

main()
