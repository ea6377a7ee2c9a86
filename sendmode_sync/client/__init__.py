"""The only door to the network: performs one call and says what came of it."""
