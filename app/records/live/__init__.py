"""What the service does while a form is being typed: checks what is left, keeps a draft."""
