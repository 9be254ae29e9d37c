"""HTTP: routes, keys, limits, and the handlers between a request and the layers below."""
