"""Files: taken in as streams, kept once each by their content, given out whole or in part."""
