"""Runs on a Ray cluster: an engine, and what it starts on the nodes. Ray is the extra `cluster`."""
