"""One's own account: its password and the links to choose one, its sessions, its language."""
