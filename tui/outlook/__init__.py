"""Microsoft's side of the program: HTTP, signing in, tokens, and the Graph calendar API.

Nothing above imports these modules before the first frame is drawn: they bring in the HTTP and sign-in libraries.
"""
