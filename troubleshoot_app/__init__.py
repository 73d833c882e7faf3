"""Troubleshoot: walk a decision tree, and hand over to a senior where it ends."""
