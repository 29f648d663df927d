"""The run-time library of generated applications: the text of these modules is copied.

They use the standard library only and import each other relatively, so that they are
the same in both places.
"""
