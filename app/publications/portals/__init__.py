"""Sending a publication to a portal: one small module for each kind of portal behind one Protocol (``base``), one driver."""
