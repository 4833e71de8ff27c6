"""The mapping engine: compiles a definition into a function from a registration to file rows.

Read `definition.mapping` first, then `compiled.mapping`. It imports nothing else of the package
but `domain.errors`.
"""
