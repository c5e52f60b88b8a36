"""Submissions: takes in what units hand in, and the reviews of it."""
