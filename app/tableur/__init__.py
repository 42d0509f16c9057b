"""Tables that people made, read and written: text with any separator and coding, or workbooks."""
