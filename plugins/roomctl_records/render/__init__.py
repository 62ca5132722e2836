"""A document on a page: docx, PDF/A and HTML from one model, by one template."""
