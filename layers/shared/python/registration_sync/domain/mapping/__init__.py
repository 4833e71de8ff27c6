"""The mapping engine: a definition, compiled into a function from a registration to rows.

Read `definition.mapping` first, then `compiled.mapping`. Of the rest of the package it knows the
errors only.
"""
