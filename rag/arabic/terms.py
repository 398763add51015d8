"""Normal form, words and light stems."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# `\w` does not match combining marks, so they go before any tokenising.
_MARKS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u08d3-\u08ff]")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PRESENTATION = re.compile("[\ufb50-\ufdff\ufe70-\ufefe]+")
_LETTERS = str.maketrans(
    "أإآٱىئؤةکیگپچژڤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬",
    "ااااييوهكيكبجزف01234567890123456789.,",
    "ء",
)
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")

_WEAK = re.compile("[اويه]")
_PREFIXES = ("وبال", "وكال", "وفال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال")
_SUFFIXES = (
    *("تها", "تهم", "كما", "هما", "ها", "هم", "هن", "نا", "ات", "ان", "ون", "ين", "تي", "يه", "وا"),
    *("ه", "ي", "ا", "ت"),
)

# Function words and question words: they are in every article and say nothing of its topic.
STOP_WORDS = frozenset(
    (
        "من الي عن علي في مع هذا هذه ذلك تلك هو هي هم هما نحن انت انا التي الذي الذين "
        "اللذان اللتان ما ماذا متي اين كيف كم هل لماذا لما لم لن لا ان انه انها كان كانت "
        "يكون تكون قد لقد ثم او ام بل حتي اذا اذ لو كل بعض غير بين عند عندما حيث منذ بعد "
        "قبل خلال ضمن حول دون سوي كما مثل اي ايه ايا فقط ايضا جدا به بها بهم له لها لهم "
        "فيه فيها منه منها عنه عنها عليه عليها اليه اليها و ف ب ل ك يا هنا هناك كذلك لكن "
        "ليس ليست الا اما وهو وهي وكان وكانت وقد وفي ومن وعلي والي وان ولم ولا ايش شو مين "
        "وين امتي ازاي ليش ليه فين قديش كام اللي دي ده هاي هيدا شنو علاش فاش ايمتي امتا "
        "وقتاش فوقاش كيفاش شلون شحال جم شكون منو منين وش شنهو اشنو اشمن واش يلي هاد هذي "
        "علشان عشان كرمال كمان مب ديال the a an of "
        "in on at to is are was were did does do what who when where why how which and or "
        "for by with "
    ).split()
)

WEEKDAYS = frozenset("السبت الاحد الاثنين الثلاثا الاربعا الخميس الجمعه".split())

# Words that begin with «و» by themselves.
WITH_WAW = frozenset(
    (
        "وزير وزيره وزرا وزاره وزاري وفاه وفيات وافق وافقت وقع وقعت وقوع وصل وصلت وصول وطن "
        "وطني وطنيه وسط وسطي ولد ولدت ولاده ولايه ولايات وكاله وكالات وكيل وقت وقتها وجود وجد "
        "وجدت وحده وحدات وحيد وحيده وحدها وثيقه وثايق وظيفه وظايف واحد واحده والد والده "
        "والدته والي ورد وردت وضع وضعت وضعيه وفد وفود وعد وعدت وقف وسيله وسايل وادي واد "
        "واشنطن وصف وصفت وجه وجهت وجهه وجهتين وزن وزنه وزنها وعي وبا واقع واقعه واسع واسعه "
        "واضح وفق وفقا ودايع وديعه وقود ورق ورقه ورده ورا وارد واردات ورشه وساطه وسيط وصايه "
        "وصي وعكه وفره وفاق وقايع وقايه وكلا ولي ولا وليد وايل وجيه وداد وفا وهران ويليام وود "
        "ويكيبيديا واحه وسام وردي وديع وديان"
    ).split()
)


def normalise(text: str) -> str:
    """The form in which spellings are compared: for matching only, readers never see it.

    >>> normalise("مُحَمَّدٌ إلى القاهرة ٢٠٢٤")
    'محمد الي القاهره 2024'
    """
    text = _PRESENTATION.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _INVISIBLE.sub("", _MARKS.sub("", text))
    return text.translate(_LETTERS).lower()


def words(text: str) -> list[str]:
    """The words and numbers of a text in normal form.

    >>> words("وصل ٣ وزراء، إلى بيونغ-يانغ")
    ['وصل', '3', 'وزرا', 'الي', 'بيونغ', 'يانغ']
    """
    return _WORD.findall(normalise(text))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The light stem of a word in normal form: article, clitics and endings taken off.

    After Larkey, Ballesteros and Connell, "Light Stemming for Arabic Information Retrieval"
    (2007), with object pronouns; at least three letters always stay.
    """
    if not word or not "\u0600" <= word[0] <= "\u06ff":
        return word
    for prefix in _PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 3:
            word = word[len(prefix) :]
            break
    else:
        if len(word) >= 5 and word[0] == "و":
            word = word[1:]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word


def skeleton(word: str) -> str:
    """The consonants of a word in normal form: broken plurals have those of their singular.

    >>> skeleton("صاروخ") == skeleton("صواريخ") == "صرخ"
    True
    """
    return _WEAK.sub("", word)


def content_stems(text: str) -> list[str]:
    """The stems of the words that carry the topic, in order, repeated where they repeat."""
    return [stem(word) for word in words(text) if word not in STOP_WORDS]


def ngrams(word: str, n: int = 4) -> list[str]:
    """The letter n-grams of a word; a shorter word is its own."""
    return [word[i : i + n] for i in range(max(1, len(word) - n + 1))]


def has_form(word: str, stems: set[str]) -> bool:
    """Whether a stem or another form of it is among these."""
    return word in stems or _is_variant(word, stems)


def _is_variant(word: str, known: set[str]) -> bool:
    """Another form of a known word: the same consonants, or most letters in the same order."""
    consonants = skeleton(word)
    if len(consonants) >= 3 and consonants in {skeleton(other) for other in known}:
        return True
    if len(word) < 4:
        return False
    grams = set(ngrams(word, 3))
    return any(
        len(grams & set(ngrams(other, 3))) >= 0.6 * max(len(grams), len(other) - 2)
        for other in known
        if abs(len(other) - len(word)) <= 2
    )
