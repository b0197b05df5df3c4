"""No mask: mouth and nose that are not covered where food is made."""

from .votes import Rule

RULE = Rule("no-mask", wrong="bareface", right="mask", severity="minor", minutes=30)
