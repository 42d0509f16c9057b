"""Tables that people made, read and written in one way everywhere: text in any coding and separator, or workbooks.

`ouvrir` gives a `Feuille`, whatever the file is: its header, then its rows as texts. `Tableau` reads one with the
columns that an import expects; `Rejets` writes the rows that an import refused, so that a spreadsheet opens them and
that they go back in once corrected. What is written by the one is read by the other as it was.
"""
