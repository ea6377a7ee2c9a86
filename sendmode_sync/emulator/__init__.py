"""A stand-in for Sendmode that borrows nothing from the rest of the package, so a wrong idea must be held twice."""
