"""From a file (CSV, XLSX, ODS) to a sheet of raw text: encoding, dialect, header row, column matching."""
