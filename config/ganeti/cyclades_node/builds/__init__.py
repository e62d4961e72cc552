"""The OS definition `cyclades-image`: what fills the disks of new servers and volumes.

It runs on nodes whose Python may be 3.9 and has nothing but the standard library.
"""
