"""Programs of others that must accept what we sign and prove, and refuse what somebody has changed."""
