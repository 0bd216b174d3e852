"""Nobody reaches what is another's: every route and message, asked with another's ids."""
