"""The instance as its administrators see it: schemas, establishments, people, the journal of sensitive acts."""
