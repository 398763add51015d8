"""A declined answer to questions that the articles nearest to it do answer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from rag.arabic import STOP_WORDS, arabic_share, content_stems, wanted, words
from rag.types import Answer, Hit

# Both are grammatical whatever is put into them, as long as the first gets a noun.
ABOUT = "ماذا ذكرت المقالات عن {}؟"
ARTICLE = "ما أبرز ما ورد في مقال «{}»؟"

_MOST = 3
_PHRASES = 2  # of these, those about a phrase of the question
_LOOKED_AT = 5  # passages, the nearest
# Of `Hit.dense`, the highest of 35 declined questions: 0.28 and more with what they are about but
# for one (0.25, by its title), 0.23 and less with all else.
_NEAR = 0.26
_NEAR_IF_TITLED = 0.2
_NEARLY = 0.75  # of the highest
_KINDS = frozenset("مقال مقاله خبر تقرير".split())
_LONGEST_TITLE = 16  # words
_LONGEST_PHRASE = 5
_REPEATED = 3  # times that a single word without a place in a title is spoken of

# After one of these stands a noun, in the case that it has after «عن» as well.
_PREPOSITIONS = frozenset("في من الي علي عن مع بين ضد نحو حول لدي تجاه ضمن".split())
# They follow prepositions too, but are no topic, or not one by themselves.
_NO_TOPICS = STOP_WORDS | frozenset(
    (
        "اليوم امس غدا الان العام السنه الشهر الاسبوع الموسم القرن الصيف الشتا الربيع الخريف "
        "الليل الصباح المسا "
        "الفجر الظهر السبت الاحد الاثنين الثلاثا الاربعا الخميس الجمعه الماضي الماضيه المقبل "
        "المقبله القادم "
        "القادمه الحالي الجاري التالي التاليه السابق السابقه نفسه نفسها ذاته الاقل الاكثر الغالب "
        "الاغلب الممكن "
        "المقرر المتوقع المنتظر المرجح الميه المايه الاول الاولي الثاني الثانيه الثالث الثالثه "
        "الرابع الرابعه "
        "الخامس الخامسه الاخير الاخيره الاخر الاخري الاخرين البعض الكل الجميع الوقت الموعد المره "
        "المرات الجانب "
        "الجانبين الطرفين البلدين الجهه الحال الامر الشي الواقع الحقيقه المقابل الداخل الخارج "
        "المكان الناس "
        "المقال المقالات الخبر العدد النسبه اكثر اقل اكبر اصغر اعلي ادني افضل نحو عدد نسبه مدي "
        "عهد يناير فبراير "
        "مارس ابريل مايو يونيو يوليو اغسطس سبتمبر اكتوبر نوفمبر ديسمبر كانون شباط اذار نيسان "
        "ايار حزيران تموز اب "
        "ايلول تشرين"
    ).split()
)
_PIECE = re.compile(r"[^\W_]+(?:[\u064b-\u0652\u0670\u0640]+[^\W_]*)*|[^\w\s]")
_MARK = re.compile(r"[\u064b-\u0652\u0670\u0640]")
_TANWIN = ("ً", "ًا", "اً")


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as an article has it, or a punctuation mark, whose form is empty."""

    text: str
    form: str

    @property
    def without_preposition(self) -> _Token:
        """The word as it is without the preposition that may be attached to it."""
        if self.form.startswith("لل") and len(self.form) > 4:
            return _Token("ال" + self.text[2:], "ال" + self.form[2:])
        if self.form[:1] in ("ب", "ل") and len(self.form) > 4:
            return _Token(self.text[1:], self.form[1:])
        return self


def with_suggestions(answer: Answer, asked: str) -> Answer:
    """A declined answer with what could be asked instead; any other as it is.

    `asked` is its question as it reads alone.
    """
    if answer.status != "declined":
        return answer
    return replace(answer, suggestions=suggestions_for(asked, answer.hits))


def suggestions_for(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """At most three questions, other than this one, that the articles of the hits answer.

    They are about a name or another noun phrase that both the question and a near passage have,
    or about a whole article: such questions are answered by rag.overview, without a model.
    """
    near = _near(question, hits)
    found = [ABOUT.format(phrase) for phrase in _phrases(question, near)[:_PHRASES]]
    named = {tuple(words(topic)) for topic in wanted(question).topics}
    titles = (hit.passage.title for hit in near)
    found += about_articles(title for title in titles if not named & _names(title))
    asked = words(question)
    return tuple(each for each in dict.fromkeys(found) if words(each) != asked)[:_MOST]


def about_articles(titles: Iterable[str]) -> Iterator[str]:
    """Questions about whole articles, each once, of those whose titles can be asked for."""
    asked = set[str]()
    for title in titles:
        plain = " ".join(title.split())
        if title in asked or not plain or len(plain.split()) > _LONGEST_TITLE:
            continue
        asked.add(title)
        if arabic_share(plain) >= 0.5:
            # One pair of quotation marks stands within another.
            yield ARTICLE.format(plain.replace("«", "“").replace("»", "”").rstrip(" .،؛:"))


def _near(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """The first hits whose meaning is nearly as near to the question as that of the nearest.

    Of an article whose title has a word of the question a lower cosine is enough.
    """
    looked_at = hits[:_LOOKED_AT]
    level = max(_NEAR, _NEARLY * max((hit.dense or 0.0 for hit in looked_at), default=0.0))
    asked = set(content_stems(question))
    return [
        hit
        for hit in looked_at
        if (hit.dense or 0.0) >= level
        or ((hit.dense or 0.0) >= _NEAR_IF_TITLED and asked & set(content_stems(hit.passage.title)))
    ]


def _names(title: str) -> set[tuple[str, ...]]:
    """A title in normal form, and without the «تقرير» in front that a question may take for it."""
    first, *rest = words(title) or [""]
    return {(first, *rest), tuple(rest) if first in _KINDS else (first, *rest)}


def _phrases(question: str, hits: Sequence[Hit]) -> list[str]:
    """Noun phrases that the question and the passages have, as these have them, best first."""
    asked = _tokens(question)
    texts = [_tokens(f"{hit.passage.title} . {hit.passage.text}") for hit in hits]
    titled = {form for hit in hits for form in words(hit.passage.title)}
    known = {form for token in asked for form in (token.form, token.without_preposition.form)}
    shared: dict[tuple[str, ...], list[_Token]] = {}
    for tokens in texts:
        for place, token in enumerate(tokens):
            if token.form in known or token.without_preposition.form in known:
                run = _shared(tokens, place, asked)
                shared.setdefault(tuple(each.form for each in run), run)
    found: dict[tuple[str, ...], str] = {}
    for run in shared.values():
        if phrase := _closed(run, texts, titled):
            forms = tuple(token.form for token in phrase)
            found.setdefault(forms, " ".join(_MARK.sub("", token.text) for token in phrase))
    kept: list[tuple[str, ...]] = []
    for forms in sorted(found, key=lambda forms: (-len(forms), -len(titled & set(forms)))):
        if not any(set(forms) & set(longer) for longer in kept):
            kept.append(forms)
    return [found[forms] for forms in kept]


def _shared(tokens: Sequence[_Token], place: int, asked: Sequence[_Token]) -> list[_Token]:
    """The longest run of tokens from `place` that the question has too; [] unless it is a noun's.

    A noun it is after a preposition, here or in the question, or with one attached to it here.
    """
    first, *others = tokens[place : place + _LONGEST_PHRASE]
    bare = first.without_preposition
    longest: list[_Token] = []
    for start, token in enumerate(asked):
        is_governed = _is_preposition(tokens, place - 1) or _is_preposition(asked, start - 1)
        if bare.form == token.form and bare.form != first.form:
            head, is_governed = bare, True
        elif first.form in (token.form, token.without_preposition.form):
            head = first
        else:
            continue
        if not is_governed or not token.form:
            continue
        rest = zip(others, asked[start + 1 :], strict=False)
        same = takewhile(lambda pair: pair[0].form and pair[0].form == pair[1].form, rest)
        run = [head, *(ours for ours, _ in same)]
        longest = max(longest, run, key=len)
    return longest


def _closed(
    phrase: list[_Token], texts: Sequence[Sequence[_Token]], titled: Collection[str]
) -> list[_Token]:
    """The phrase up to the last word after which nothing need follow; [] if there is none."""
    while phrase and not _is_closing(phrase[-1], texts):
        phrase = phrase[:-1]
    if len(phrase) == 1:
        spoken = sum(token.form == phrase[0].form for tokens in texts for token in tokens)
        phrase = phrase if phrase[0].form in titled or spoken >= _REPEATED else []
    is_topic = any(token.form not in _NO_TOPICS and not token.form.isdigit() for token in phrase)
    return phrase if is_topic else []


def _is_closing(token: _Token, texts: Sequence[Sequence[_Token]]) -> bool:
    """Whether a word is definite or a name, so that no word must tell whose or which it is."""
    form = token.form
    if form in _NO_TOPICS or len(form) < 3 or form.isdigit():
        return False
    if form.startswith("ال") and len(form) > 4:
        return True
    # A name has no article anywhere, and is not always followed by what it belongs to.
    spoken = [t.form for tokens in texts for t in tokens]
    if form.endswith("ه") or token.text.endswith(_TANWIN) or spoken.count(form) < 2:
        return False
    articles = ("ال", "وال", "بال", "لل", "كال", "فال")
    if any(f"{article}{form}" in spoken for article in articles):
        return False
    following = [b.form for tokens in texts for a, b in pairwise(tokens) if a.form == form]
    return any(not each or _bare(each) in STOP_WORDS for each in following)


def _tokens(text: str) -> list[_Token]:
    return [_Token(piece, "".join(words(piece))) for piece in _PIECE.findall(text)]


def _is_preposition(tokens: Sequence[_Token], place: int) -> bool:
    return place >= 0 and _bare(tokens[place].form) in _PREPOSITIONS


def _bare(form: str) -> str:
    """A form without the conjunction in front of what is a word of its own."""
    return form[1:] if form[:1] in "وف" and form[1:] in STOP_WORDS else form
