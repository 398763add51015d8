"""The articles of an index to the questions that a first look at the page offers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from rag.suggest import about_articles
from rag.types import Document

# Each with the title of the demo article that answers it.
DEMO = {
    "متى وقّع بوتين وكيم معاهدة الشراكة الاستراتيجية الشاملة؟": (
        "معاهدة بيونغ يانغ: بوتين وكيم يتعهدان الدفاع المتبادل"
    ),
    "ما الأجهزة العلمية التي يحملها مسبار الأمل؟": "مسبار الأمل: رحلة عربية إلى المريخ",
    "كم بلغت كلفة الخط الأول لمترو المنارة؟": (
        "«الخط الأزرق» في المنارة: ثلاثة أعوام غيّرت طريق الناس إلى أعمالهم"
    ),
    "لماذا سقطت المركبة التي كانت تحمل المستكشف راشد؟": (
        "«راشد» على عتبة القمر: حكاية مستكشف لم تلمس عجلاته التراب"
    ),
}
_MOST = 4


def examples_of(documents: Sequence[Document]) -> list[str]:
    """Questions that these articles answer: of the demo, or about those that came last."""
    titles = {document.title for document in documents}
    of_demo = [question for question, title in DEMO.items() if title in titles]
    latest = (document.title for document in reversed(documents))
    return of_demo or [*islice(about_articles(latest), _MOST)]
