"""Run submissions: python -m services.submissions."""

from services.submissions.app import main

main()
