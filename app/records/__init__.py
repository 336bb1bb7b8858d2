"""Records: the rows of a dataset, kept, found, corrected and taken out."""
