"""The directory: copies of the organizations, campaigns and keys that registry owns."""
