"""All that the services share of meaning: nouns, commands and events, as pydantic models."""
