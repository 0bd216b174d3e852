"""The commonest words of Hinglish, so that simple sentences of it are understood."""

import re
from typing import Final

_MARKERS: Final = re.compile(
    r"\b(jab|agar|aaye|bhejo|karo|ghante|har|warna|phir|kar do|bhej do)\b", re.IGNORECASE
)
_CONDITIONAL: Final = re.compile(r"\b(jab|agar)\b", re.IGNORECASE)
#: Longer phrases first.
_PHRASES: Final = (
    (r"ho (?:jaye|jaaye|jata hai|gaya)", ""),
    (r"(?:aa jaye|aaye|aata hai|aati hai|mile|milta hai)", "is received"),
    (r"(?:nahi to|warna|varna)", ", otherwise"),
    (r"(\d+) (?:ghante|ghanta) (?:baad|ke baad)", r"wait \1 hours ,"),
    (r"(\d+) (?:din|dino) (?:baad|ke baad)", r"wait \1 days ,"),
    (r"(\d+) (?:minute|minat) (?:baad|ke baad)", r"wait \1 minutes ,"),
    (r"(?:har roz|har din|rozana) subah (\d+) baje", r"every day at \1 am"),
    (r"har roz|har din|rozana", "every day"),
    (r"har ghante", "every hour"),
    (r"har", "every"),
    (r"(?:jab bhi|jab)", "when"),
    (r"agar", "if"),
    (r"se (?:zyada|jyada)", "over"),
    (r"(?:zyada|jyada)", "over"),
    (r"se kam", "below"),
    (r"(?:phir|fir|uske baad)", "then"),
    (r"aur", ", and"),
    (r"(?:mein|me|pe|par)", "in"),
    (r"(\w+) ko (?:ek )?(whatsapp|email|mail) (?:bhejo|bhej do|karo|kar do)", r"send \2 to \1"),
    (r"ko", ""),
    (r"(?:bhejo|bhej do)", "send"),
    (r"(sheet|database|slack) in row (?:add|daal) (?:karo|kar do)", r"add row in \1"),
    (r"(?:karo|kar do|kardo|hai|ho)", ""),
)


def in_english(text: str) -> str:
    """The text with what is known of Hinglish in English words; English stays as it is."""
    if not _MARKERS.search(text):
        return text
    if _CONDITIONAL.search(text):
        text = re.sub(r"\b(?:to|toh)\b", ",", text, flags=re.IGNORECASE)
    for phrase, english in _PHRASES:
        text = re.sub(rf"\b{phrase}\b", english, text, flags=re.IGNORECASE)
    return text
