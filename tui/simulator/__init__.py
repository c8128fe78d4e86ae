"""Microsoft's side, faked: the identity platform and the Graph calendar API for the demo, the tests and other clients.

Nothing here imports another room of this package. `service.Simulator` answers requests as values, without I/O, clock
or real randomness; only `server` knows sockets.
"""
