"""Many crystals in one go: from files and zips to a table."""
