"""The service: the command line, the web application, the database and the jobs around the pure packages."""
