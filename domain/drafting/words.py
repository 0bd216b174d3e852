"""Words: which mean the same, which are verbs of a request, which say nothing."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from domain.drafting.tokens import Token, words_in

#: Words that tell no task from another.
_EMPTY: Final = words_in(
    "a an the to in on of for with by from into it its is are was be been being this that "
    "these those and or as at my our your their his her us me we i you they them him all "
    "any every each some someone somebody anybody new please so up out via through using "
    "just also then who which there here has have had do does did will would should can "
    "could about"
)
#: The same word for what people mean alike.
_SAME: Final = {
    **dict.fromkeys(("notify", "tell", "alert", "inform", "ping", "warn"), "notify"),
    **dict.fromkeys(("add", "append", "log", "record", "save", "store", "put", "insert"), "add"),
    **dict.fromkeys(("get", "read", "fetch", "load", "pull", "retrieve"), "get"),
    **dict.fromkeys(("find", "search", "lookup", "look"), "find"),
    **dict.fromkeys(("create", "make", "generate", "issue", "raise"), "create"),
    **dict.fromkeys(("send", "sent", "shoot", "forward", "share", "remind"), "send"),
    **dict.fromkeys(("update", "change", "set", "mark", "edit"), "update"),
    **dict.fromkeys(("email", "e-mail", "mail"), "email"),
    **dict.fromkeys(("pay", "paid"), "pay"),
    **dict.fromkeys(("summarise", "summarize"), "summarise"),
    **dict.fromkeys(("come", "came", "arrive", "land"), "come"),
    **dict.fromkeys(("spreadsheet", "gsheet"), "sheet"),
    **dict.fromkeys(("delete", "remove", "drop"), "remove"),
    **dict.fromkeys(("bhej", "bhejo"), "send"),
    "decline": "fail",
    "failure": "fail",
    "break": "fail",
    "enquiry": "lead",
    "inquiry": "lead",
    "signup": "lead",
}
#: What a request may begin with and is seldom anything else.
_VERBS: Final = words_in(
    "send notify tell alert inform ping warn add append save store put insert get read "
    "fetch load pull find search look create make generate issue update mark remind "
    "refund wait ask write export run append delete escalate continue retry summarise "
    "summarize charge invoice post reply forward share start set skip stop get request "
    "execute publish remove drop change rename use replace keep"
)
#: Verbs that are nouns as well.
_VERBS_OR_NOUNS: Final = words_in(
    "check email mail message text call log record query whatsapp slack post order report "
    "request charge search update export invoice share alert schedule refund run delay "
    "use change set"
)
_BEFORE_NOUNS: Final = words_in(
    "a an the to of this that my our your their new is are was been gets by with from any "
    "every whatsapp slack email sms in on via per no their its we i you they he she "
    "who someone"
)
_AFTER_VERBS: Final = words_in("a an the to it them him her us me this that all each on in")


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """The word without its ending, the same for words that mean the same."""
    if word in _SAME:
        return _SAME[word]
    root = _without_ending(word)
    return _SAME.get(root) or _SAME.get(root + "e") or _cut(root)


def _without_ending(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            root = word[: -len(ending)]
            if ending in ("ing", "ed") and root[-1] == root[-2]:
                root = root[:-1]
            return root
    return word


def _cut(root: str) -> str:
    return root[:-1] if root.endswith("e") and len(root) > 3 else root


def content(words: Iterable[str]) -> list[str]:
    """The stems of the words that say something."""
    return [stem(word) for word in words if word not in _EMPTY]


def content_of(tokens: Iterable[Token]) -> list[str]:
    """The same for what was said itself, without values and quoted texts."""
    return content(token.word for token in tokens if token.kind == "word")


def is_request(tokens: list[Token], place: int, *, is_strict: bool) -> bool:
    """Whether a request for an action begins here; strictly where a noun would fit as well."""
    token = tokens[place]
    if token.kind != "word" or token.word not in _VERBS | _VERBS_OR_NOUNS:
        return False
    if not is_strict:
        return True
    before = tokens[place - 1] if place else None
    if before and before.kind == "word" and before.word in _BEFORE_NOUNS:
        return False
    if token.word in _VERBS and token.word not in _VERBS_OR_NOUNS:
        return True
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return after is not None and (
        after.word in _AFTER_VERBS or after.kind in ("email", "phone", "channel", "url", "quote")
    )
