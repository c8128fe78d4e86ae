"""The screens: each lays out a snapshot and starts use cases; none decides anything of the domain."""
