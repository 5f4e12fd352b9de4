"""What every Workspace does, whatever stands behind it: each implementation passes these tests.

A new implementation adds a Place to `PLACES` in conftest.
"""
