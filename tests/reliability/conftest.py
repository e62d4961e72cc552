"""The clouds of these tests."""

from tests.harness.cloud import cloud, each_cloud, postgres_cloud

__all__ = ["cloud", "each_cloud", "postgres_cloud"]
