"""What must not come twice, or must stand elsewhere: records that share a key, values that a foreign key may mean."""
