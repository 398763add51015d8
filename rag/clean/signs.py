"""Lines that say what follows them, and that it is not the article."""

from __future__ import annotations

import re

from rag.clean.lines import count_words, is_bulleted, is_paragraph, labels, plain

LONGEST_LABEL = 40  # characters
MOST_SOURCES, LONGEST_SOURCE = 4, 6  # names, words of each

_READ = labels(
    "اقرأ أيضا، اقرأ أيضا على موقعنا، اقرأ المزيد، اقرأ كذلك، طالع أيضا، شاهد أيضا، تابع أيضا، "
    "انظر أيضا، راجع أيضا، طالع المزيد، شاهد المزيد، قد يهمك، قد يهمك أيضا، قد يعجبك أيضا، "
    "ربما يعجبك أيضا، اقرأ التالي، اقرأ في هذا الملف"
)
_MORE = _READ.union(
    labels(
        "الأكثر قراءة، الأكثر مشاهدة، الأكثر تداولا، الأكثر تعليقا، الأكثر شعبية، الأكثر رواجا، "
        "الأعلى مشاهدة، آخر الأخبار، أحدث الأخبار، أخبار عاجلة، آخر المقالات، أحدث المقالات، "
        "اخترنا لك، اخترنا لكم، مختارات، المزيد من الأخبار، المزيد حول هذه القصة، "
        "المزيد من المقالات، مقالات أخرى للكاتب، مقالات الكاتب، المزيد للكاتب، أخبار أخرى، "
        "من نفس القسم، في هذا القسم، تصفح المقالات، المقالة السابقة، المقالة التالية، "
        "المقال السابق، المقال التالي، الخبر السابق، الخبر التالي، الموضوع السابق، الموضوع التالي، "
        "السابق، التالي، ذات صلة، شريط الأخبار، اختيارات المحرر، "
        "مختارات المحرر، مرتبط"
    ),
    (
        plain(f"{noun} {kind}")
        for noun in (
            *("مقالات", "مواضيع", "موضوعات", "أخبار", "روابط", "قصص", "تقارير", "مواد"),
            *("المقالات", "المواضيع", "الموضوعات", "الأخبار", "فيديوهات", "ملفات"),
        )
        for kind in (
            *("ذات صلة", "ذات الصلة", "ذات علاقة", "مشابهة", "متعلقة", "مرتبطة", "مقترحة"),
            *("قد تهمك", "قد تعجبك", "المشابهة", "المتعلقة", "المرتبطة", "المقترحة", "اخرى"),
        )
    ),
)
_MORE_OF = re.compile(r"(?:المزيد|لمزيد|للمزيد) (?:من|في|حول|عن)(?: \w+){1,3}")
_KEYWORDS = labels(
    "كلمات دلالية، الكلمات الدلالية، كلمات مفتاحية، الكلمات المفتاحية، كلمات مفتاح، وسوم، "
    "الوسوم، وسوم المقال، وسم، تاغات، تاجز، علامات، العلامات، الدلالات، هاشتاغ، الأوسمة، مواضيع، "
    "tags، keywords"
)
_COMMENT_FORM = tuple(
    labels(
        "اترك تعليق، اترك رد، أضف تعليق، اكتب تعليق، لن يتم نشر عنوان، لن يتم نشر بريد، "
        "إلغاء الرد، احفظ اسمي، "
        "أعلمني ب، نبهني ب، شارك برأيك، شاركنا رأيك، ضع تعليقك، شروط النشر، شروط التعليق"
    )
)
_COMMENTS = re.compile(
    "(?:ال)?تعليقات(?: (?:الزوار|القراء|فيسبوك))?|(?:ال)?تعليقات? [0-9]+|[0-9]+ تعليقا?ت?|"
    "لا توجد تعليقات(?: بعد)?|(?:ال)?ردود"
)
_HASHTAGS = re.compile(r"(?:#[^\s#]{2,60}[\s،,|]*){2,}")
_END_MARK = re.compile(
    r"[/\\(«\s]{0,6}(?:انتهى|إنتهى|النهاية|يتبع)[/\\)»\s.]{0,6}(?:[^\s/]{1,4}[\s/]?){0,4}"
)
_SOURCE = re.compile(r"المصدر\s*[:：]\s*(\S.*)$")
_BOX_END = f" {plain('نهاية')}"
_SKIP = re.compile(r"(?:تخطى|تخطي|تخط) (.{2,60}) (?:وواصل|و واصل|وتابع) القراءة")
_LINK_TEXT = re.compile(r"[:：|]|\.\.")


def names_more(text: str) -> bool:
    """Whether the line announces other articles and says nothing else."""
    if len(text) > LONGEST_LABEL or is_bulleted(text) or text.endswith((".", "؟", "!", "،")):
        return False
    line = plain(text)
    return line in _MORE or _MORE_OF.fullmatch(line) is not None


def links_more(text: str) -> bool:
    """Whether the line announces another article and names it."""
    if count_words(text) > 30:
        return False
    if plain(text).removesuffix(_BOX_END) in _MORE and not names_more(text):
        return True  # the end of a box that readers could skip
    label, mark, rest = _split(text)
    if mark and rest.strip(" .:|") and names_more(label):
        return True
    # A link in its own markup leaves no mark between the label and the headline.
    line = plain(text)
    return any(line.startswith(f"{label} ") for label in _READ) and not is_paragraph(text)


def _split(text: str) -> tuple[str, str, str]:
    found = _LINK_TEXT.search(text)
    if not found:
        return text, "", ""
    return text[: found.start()], found[0], text[found.end() :]


def names_keywords(text: str) -> bool:
    """Whether the line announces keywords or is a row of them; a sentence ends in a stop."""
    if len(text) <= 500 and _HASHTAGS.fullmatch(text):
        return True
    label, colon, rest = text.partition(":")
    is_told = rest.rstrip().endswith(".")
    return (
        len(label) <= 30 and plain(label) in _KEYWORDS and bool(colon or not rest) and not is_told
    )


def is_keyword_label(text: str) -> bool:
    """Whether the line announces the keywords that follow on lines of their own."""
    return names_keywords(text) and text.rstrip(": ") == text.partition(":")[0].rstrip()


def is_comment_form(text: str) -> bool:
    """Whether the line asks readers to comment."""
    return count_words(text) <= 20 and plain(text).startswith(_COMMENT_FORM)


def names_comments(text: str) -> bool:
    """Whether the line announces what readers wrote."""
    return len(text) <= 30 and _COMMENTS.fullmatch(plain(text)) is not None


def is_end_mark(text: str) -> bool:
    """Whether the line is the mark that an agency sets below a report: «// انتهى //»."""
    return len(text) <= 40 and _END_MARK.fullmatch(text) is not None


def named_source(text: str) -> str | None:
    """Who the line names as the source of the article; None for another line."""
    match = _SOURCE.match(text)
    names = [name.strip(" .") for name in match[1].split("+")] if match else []
    is_short = len(names) <= MOST_SOURCES and all(count_words(n) <= LONGEST_SOURCE for n in names)
    return " + ".join(names) if names and is_short else None


def skipped_box(text: str) -> str | None:
    """The label of the box that the line offers to skip; its end has the same label."""
    match = _SKIP.fullmatch(text) if len(text) <= 100 else None
    return plain(match[1]) if match else None


def is_label(text: str) -> bool:
    """Whether the line says what follows it, and that is not the article."""
    return names_more(text) or names_keywords(text) or is_comment_form(text)
