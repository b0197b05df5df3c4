"""No hat: hair that is not covered where food is made."""

from .votes import Rule

RULE = Rule("no-hat", wrong="barehead", right="hat", severity="minor", minutes=30)
