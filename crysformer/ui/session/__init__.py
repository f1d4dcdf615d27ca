"""Session state, the URL, uploads, and cached answers."""
