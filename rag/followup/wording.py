"""How a question leans on the one before it, from its words alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.arabic import STOP_WORDS, WITH_WAW, words

# How a question leans on the turn before it. It `replaces` something in it («والخط الثاني؟»,
# «لا، أقصد …»), is `bare` of anything but question words («ومتى؟»), `points` at what was spoken of
# («ومن صممه؟»), or is `open`: its words do not tell. «شكراً» asks for `nothing`.
Leaning = Literal["replaces", "bare", "points", "open", "nothing"]

# All words are in the normal form of `words`.
_ASKING = frozenset(
    (
        "من ما ماذا متي اين كيف كم هل لماذا لما اي ايه ايا ايش شو مين وين امتي امتا ايمتي ازاي "
        "كيفاش ليش ليه فين قديش اديش كام شنو وش شكد شقد علاش فاش وقتاش منو بكم بكام بماذا "
        "لمن ممن عم بمن "
        "what who whom whose when where why how which did does do is are was were"
    ).split()
)
_COUNTING = frozenset("كم كام بكم بكام قديش اديش شكد شقد اي ايه ايا how".split())
_OPENING = frozenset(
    "طيب طب حسنا تمام شكرا اوكي يعني لكن و ثم and so ok okay then but thanks".split()
)
_COURTESY = frozenset(
    (
        "جزيلا لك لكم كثيرا جدا نعم لا كلا اجل بلي ايوه ايوا حاضر مرحبا اهلا السلام سلام عليكم "
        "ممتاز جيد رايع جميل احسنت عفوا مفهوم فهمت مشكور "
        "yes no thank you very much great good hello hi please fine"
    ).split()
)
_POINTING = frozenset(
    (
        "هو هي هم هما ذلك تلك هذا هذه هولا اولئك به بها بهم له لها لهم لهما فيه فيها منه منها عنه "
        "عنها عليه عليها اليه اليها معه معها كذلك نفسه نفسها بعدها قبلها بعده قبله هناك ده دا دي "
        "دول هاد هادا هادي هاي هيدا هيدي هذي هذاك هاذا كده هيك فيهم منهم عنهم عليهم "
        "it its he him she her they them their this that these those there his"
    ).split()
)
# These stand for what happened, not for a thing: everything said of it may matter.
_HAPPENING = frozenset("ذلك كذلك هذا هالشي هالامر ده دا هاد هيدا هيك كده that this".split())
_PRESENT = re.compile(
    r"\b(?:هذ[اه]|هاي|this) (?:العام|السنه|الشهر|الاسبوع|اليوم|الموسم|القرن|year|month|week)\b"
)
_MEANT = re.compile(
    r"^\W*(?:(?:لا|لأ|كلا|عفوا|عذرا|آسف|no|sorry|بل|مو|مش)\W+)*"
    r"(?:(?:أنا|كنت|i|كان)\W+)?"
    r"(?P<meant>[أا]قصد|قصدي|قصدت|بقصد|[أا]عني|عنيت|سألت عن|[أا]سأل عن|meant?|بل|لا|لأ|no)\b\W*"
)
_ABOUT = re.compile(
    r"^\W*و?(?:ماذا عن|ما عن|شو عن|ايش عن|بالنسبة (?:ل|إلى )|what about|how about|and)\b\W*"
)
_NOT_MEANT = re.compile(r"\W+(?:و?ليس|و?ليست|لا|مش|مو|not)\s.*$")
_VOWELS = re.compile("[\u064b-\u0652\u0670\u0640]")
_OWNED_ENDING = re.compile(r"(?:هما|هم|هن|ها|ه)$")
_WITH_PRONOUN = {
    form: preposition
    for preposition, forms in {
        "في": "فيه فيها فيهم",
        "من": "منه منها منهم",
        "عن": "عنه عنها عنهم",
        "على": "عليه عليها عليهم",
        "إلى": "اليه اليها",
        "مع": "معه معها",
    }.items()
    for form in forms.split()
}
_BEFORE_VERBS = frozenset("من متي اين كيف لماذا هل الذي التي مين امتي وين فين ليش ليه".split())
_OWNED = re.compile(r"(?:[^\Wة]ه|ها|هم|هما|هن)$")
# They end like a word with a pronoun, and have none.
_WHOLE = frozenset(
    (
        "الله عبدالله مياه اتجاه تجاه وجه فقه شبه طه نزيه مها ابها درهم سهم اسهم مهم متهم ملهم فهم "
        "تفاهم وهم مساهم دراهم كلاهما احدهم ايها شفاه جباه رفاه اشباه انتباه اكراه"
    ).split()
)
_DEFINITE = ("ال", "وال", "بال", "لل", "ولل", "كال", "فال")
_LONGEST_REPLACEMENT = 6  # content words; more of them are a question of their own


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question as written, and in the normal form without a conjunction in front."""

    text: str
    form: str

    @property
    def is_asking(self) -> bool:
        """Whether it is a question word."""
        return self.form in _ASKING

    @property
    def is_content(self) -> bool:
        """Whether it says something of the topic."""
        return not (
            self.form in STOP_WORDS
            or self.form in _ASKING
            or self.form in _OPENING
            or self.form in _POINTING
        )

    @property
    def is_pointing(self) -> bool:
        """Whether it points at something said before."""
        return self.form in _POINTING

    @property
    def is_opening(self) -> bool:
        """Whether it only opens a turn: «طيب»."""
        return self.form in _OPENING

    @property
    def is_definite(self) -> bool:
        """Whether it has the article."""
        return self.form.startswith(_DEFINITE) and len(self.form) > 3

    @property
    def has_pronoun(self) -> bool:
        """Whether a pronoun is attached to it: «كلفته»; «مدينة» ends otherwise as written."""
        plain = _VOWELS.sub("", self.text)
        return (
            len(self.form) > 3
            and not self.is_definite
            and self.form not in _WHOLE
            and self.form not in _ASKING
            and bool(_OWNED.search(plain))
        )


def spoken(text: str) -> list[Word]:
    """The words of a question."""
    found = []
    for token in re.findall(r"[\w\u064b-\u0652\u0670\u0640]+(?:[.,]\d+)*", text):
        form = "".join(words(token))
        if form:
            found.append(Word(token, _bare(form)))
    return found


def leaning_of(question: str) -> Leaning:
    """How a question leans on the one before it, from its words alone.

    >>> leaning_of("ومتى؟"), leaning_of("ومن صممه؟"), leaning_of("والخط الثاني؟")
    ('bare', 'points', 'replaces')
    >>> leaning_of("شكراً لك")
    'nothing'
    """
    said = spoken(question)
    if all(word.is_opening or word.form in _COURTESY for word in said):
        return "nothing"
    content = [word for word in said if word.is_content]
    if len(content) <= _LONGEST_REPLACEMENT and _replaces(question, said):
        return "replaces"
    if _points(question, said):
        return "points"
    counts = any(word.form in _COUNTING for word in said)
    if not content or (len(content) == 1 and counts and not content[0].is_definite):
        return "bare"
    return "open"


def is_brief(question: str) -> bool:
    """Whether a question has one or two words of its own besides question words."""
    return sum(word.is_content for word in spoken(question)) <= 2


def meant_words(question: str) -> list[Word]:
    """The words of a replacement: what is meant, not what is not meant."""
    text = _plain(question)
    for pattern in (_MEANT, _ABOUT):
        text = pattern.sub("", text)
    said = [word for word in spoken(_NOT_MEANT.sub("", text)) if word.form not in _OPENING]
    if said and _is_joined("".join(words(said[0].text))):
        said[:1] = spoken(said[0].text[1:])  # nothing is left of the ligature «ﷸ»
    return said


def opened(question: str) -> str:
    """The question without the conjunction before its question word."""
    first, _, rest = question.strip().partition(" ")
    form = "".join(words(first))
    plain = first[1:] if form[:1] in "وف" and form[1:] in _ASKING else first
    return f"{plain} {rest}".strip()


def owned_place(said: Sequence[Word]) -> int | None:
    """Where the word stands whose pronoun means something said before, if there is one.

    After «الذي», or after more than two words of content, it means something in the question.
    """
    named = 0
    for place, word in enumerate(said):
        if word.form in ("الذي", "التي", "اللي", "الذين"):
            return None
        if word.form in _WITH_PRONOUN or (word.has_pronoun and named <= 2):
            return place
        named += word.is_content
    return None


def without_pronoun(word: Word, before: str) -> str:
    """The word that stands before the thing itself: «كلفته» is «كلفة», «فيها» is «في».

    `before` is the form in front of it.
    """
    if word.form in _WITH_PRONOUN:
        return _WITH_PRONOUN[word.form]
    plain = _OWNED_ENDING.sub("", opened(_VOWELS.sub("", word.text)))
    if plain.endswith("ت") and len(plain) > 3 and before not in _BEFORE_VERBS:
        return plain[:-1] + "ة"
    return plain


def is_event_meant(question: str) -> bool:
    """Whether it points at what happened, not at a thing: «ذلك», «هالشي»."""
    return any(form in _HAPPENING for form in without_present(question))


def without_present(question: str) -> list[str]:
    """The words in normal form, without «هذا العام»: that points at the calendar."""
    return _PRESENT.sub("", " ".join(words(question))).split()


def _replaces(question: str, said: Sequence[Word]) -> bool:
    match = _MEANT.match(_plain(question))
    if match:
        named = match["meant"] not in ("لا", "لا", "no", "بل")
        return named or not any(word.is_asking for word in said[1:])
    if _ABOUT.match(_plain(question)) and not any(word.is_asking for word in said[2:]):
        return any(word.is_content for word in said)
    begins = words(question)[:1]
    joined = bool(begins and said) and (
        begins[0] in _OPENING or begins[0] != said[0].form or _is_joined(begins[0])
    )
    return joined and not any(w.is_asking for w in said) and any(w.is_content for w in said)


def _is_joined(form: str) -> bool:
    """Whether a word begins with the conjunction and not with a letter of its own."""
    return form[:1] == "و" and len(form) > 3 and form not in WITH_WAW


def _points(question: str, said: Sequence[Word]) -> bool:
    forms = [_bare(form) for form in without_present(question)]
    for place, form in enumerate(forms):
        # «من هو مدير المتحف؟» points at nothing, «من هو؟» does.
        is_copula = form in ("هو", "هي", "هم") and forms[:place] in (["من"], ["ما"], ["مين"])
        if form in _POINTING and not (is_copula and len(forms) > place + 1):
            return True
        if form.startswith("هال") and len(form) > 4:
            return True
    return owned_place(said) is not None


def _plain(question: str) -> str:
    """The question as its patterns are written: without vowel signs, in small letters."""
    return _VOWELS.sub("", question).lower()


def _bare(form: str) -> str:
    """A form without the conjunction in front, where what follows is known or has the article."""
    rest = form[1:]
    if form[:1] in "وف" and (
        rest in _ASKING or rest in STOP_WORDS or rest in _POINTING or rest.startswith(("ال", "لل"))
    ):
        return rest
    return form
