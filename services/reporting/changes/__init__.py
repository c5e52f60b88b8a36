"""What has changed in a campaign, told live."""
