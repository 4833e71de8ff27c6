"""The transformations. Read `registry` first: it lists all of them."""
