"""The terminal: talks to a Workspace, never to a database."""
