"""Facts about démarches, and exemptions: how they come in. What a fact means is said beside the indicateur reading it.

- A fact has a démarche, a nature, a day, a source. Its day is the day somebody looked (the last of the month, for a
  measure of a whole month). That nothing was found is a fact too.
- The same file again stores nothing. A line that corrects a fact (same démarche, nature, day and source) replaces it;
  of two observations that a collector dated, the later one wins, whatever the order in which they come.
- A line whose démarche is not certain is rejected: a number that is known but belongs to a démarche of another site
  is not trusted, because collectors have changed their numbering once (see docs/decisions/0005-indicateurs.md).
- A file is one transaction; imports pass one at a time, reads do not wait.
"""
