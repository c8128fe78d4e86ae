"""The program without a screen: one module per command, each ``run(arguments, context) -> exit code``."""
