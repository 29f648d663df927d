"""One module a group of layers: expanded data in, typed values of :mod:`factory_git.spec.model` out."""
