"""Routers as network namespaces of a Linux gateway host."""
