"""What tests share: real servers, fresh databases, builders, waiting by condition."""
