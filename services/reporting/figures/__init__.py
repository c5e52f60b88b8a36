"""The figures that go upward, and the matrix of who owes what."""
