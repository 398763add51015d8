"""Errors to what a reader is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rag import errors
from rag.errors import RagError


@dataclass(frozen=True, slots=True)
class Problem:
    """Why there is no answer."""

    text: str  # Arabic: what is wrong and what to do; commands in backticks
    detail: str = ""  # the one line that the terminal would show, in English


UNEXPECTED = Problem(
    "حدث خطأ غير متوقع، وتفاصيله في سجل البرنامج. أعد السؤال، وإن تكرّر الخطأ فأعد تشغيل البرنامج."
)

_RESTART = "ثم أعد تشغيل البرنامج."
_TEXTS: Mapping[type[RagError], str] = {
    RagError: (
        "لا يمكن البحث بهذا السؤال كما هو. أعد صياغته، واختصره إن كان طويلاً، ثم اسأل من جديد."
    ),
    errors.SettingsError: (
        f"في إعدادات البرنامج خطأ. صحّح ملف الإعدادات كما يقول السطر أدناه، {_RESTART}"
    ),
    errors.MissingExtraError: (
        f"تنقص البرنامجَ حزمة لا يعمل هذا من دونها. ثبّتها كما يقول السطر أدناه، {_RESTART}"
    ),
    errors.ModelError: (
        "أحد النماذج مفقود أو تالف أو ليس المطلوب."
        f" نزّل النماذج بالأمر `rag models fetch`، {_RESTART}"
    ),
    errors.ArticleError: (
        "تعذّرت قراءة أحد ملفات المقالات."
        " أصلح الملف أو استبدله، ثم أدخله من جديد بالأمر `rag ingest`."
    ),
    errors.IndexMismatchError: (
        "بُني فهرس المقالات بنموذج أو إعدادات غير المستعملة الآن."
        f" أدخل مقالاتك كلها من جديد بالأمر `rag ingest --rebuild`، {_RESTART}"
    ),
    errors.IndexDamagedError: (
        "في فهرس المقالات تلف، ولا يُجاب من فهرس لا يوثق به."
        f" أصلحه بالأمر `rag index rebuild`، {_RESTART}"
    ),
    errors.IndexLockedError: (
        "يكتب برنامج آخر في فهرس المقالات الآن. انتظر حتى ينتهي، ثم أعد السؤال."
    ),
    errors.IndexAccessError: (
        "تعذّرت القراءة من مجلد الفهرس أو الكتابة فيه."
        " تأكّد من صلاحيات المجلد ومن أن في القرص مساحة خالية، ثم أعد السؤال."
    ),
    errors.IndexUnreachableError: (
        "لا يجيب الخادم الذي يحفظ فهرس المقالات. تأكّد من أنه يعمل ومن عنوانه في ملف الإعدادات،"
        " ثم أعد السؤال."
    ),
    errors.IndexMissingError: (
        f"ليس للمقالات فهرس بعد. أدخل مجلد مقالاتك بالأمر `rag ingest`، {_RESTART}"
    ),
    errors.GeneratorError: (
        "تعطّل النموذج الذي يكتب الإجابة أو تعذّر الوصول إليه. أعد السؤال بعد قليل،"
        " وإن تكرّر ذلك فاطلب السبب بالأمر `rag doctor`."
    ),
    errors.QuestionSetError: (
        "تعذّرت قراءة ملف الأسئلة. أصلحه كما يقول السطر أدناه، ثم أعد المحاولة."
    ),
}


def problem_of(error: RagError) -> Problem:
    """What to tell the reader of an error, by its class or the nearest above it."""
    text = next(_TEXTS[each] for each in type(error).__mro__ if each in _TEXTS)
    return Problem(text, str(error))
