"""Trained networks that answer over HTTP: a page to draw on, and its small JSON API.

Each network has a long-lived worker (`serve_job` is its job, `network_worker` is what the server knows of it). The
modules that a worker needs import no package of the server, which its interpreter may not have.
"""
