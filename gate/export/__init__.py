"""A report as a file that leaves the box: CSV, JSON, XLSX, PDF and the evidence bundle, each with the same rows."""
