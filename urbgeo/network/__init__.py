"""Links compiled for fast search: building, speeds, attachment, rail, and the minutes they give."""
