"""The face of everything below for screens and commands: use cases, what they give, and what is shown."""
