"""Parts of the page Batch."""
