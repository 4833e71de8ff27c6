"""One module per verb, one public function each; what it needs from outside comes as keywords."""
