"""Documents that lines name: a PDF given for a column that holds an address, kept here, at an address that stays."""
