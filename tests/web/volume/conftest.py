"""The cloud of tests whose volumes have disks."""

from tests.harness.cloud import cloud

__all__ = ["cloud"]
