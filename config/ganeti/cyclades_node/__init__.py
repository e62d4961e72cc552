"""What runs on a cluster's nodes: it says what changed, and never more than where to look.

Python 3.9 and newer; the standard library, and Debian's python3-amqp in `broker` alone.
"""
