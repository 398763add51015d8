"""The two real models behind their seams, and an answer end to end."""

import json
import re
import time
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner

from rag import Rag, models
from rag.arabic import arabic_share, is_allowed
from rag.cli import main
from rag.errors import GeneratorError, ModelError
from rag.factory import make_embedder, make_generator, make_steps, models_folder
from rag.settings import Settings, load_settings
from rag.types import Document, Message, passage_of

SETTINGS = Settings()
MISSING = [
    spec.name
    for spec in models.CATALOGUE.values()
    if not models.is_present(spec, models_folder(SETTINGS))
]
pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(
        bool(MISSING),
        reason=f"not here: {', '.join(MISSING)}; run `rag models fetch`",
    ),
]

ARTICLES = {
    "metro.txt": (
        "مترو النخلة\n\n"
        "افتتح رئيس بلدية النخلة سالم العامري الخط الأول للمترو في 12 مارس 2021 أمام الركاب.\n\n"
        "وبلغت كلفة الخط 2.6 مليار دينار، ويبلغ طوله 27 كيلومتراً وفيه 19 محطة.\n"
    ),
    "museum.txt": (
        "متحف البحارة في مدينة الرمال\n\n"
        "رمّمت مدينة الرمال دار الجمارك القديمة لتصير متحفاً للبحارة، وكلف الترميم 28 مليون دينار.\n\n"
        "وتقول مديرة المتحف ليلى حداد إن أهم ما فيه خريطة رسمها بحار مجهول.\n"
    ),
    "dates.txt": (
        "موسم التمور في واحة الغدير\n\n"
        "جمع مزارعو واحة الغدير 38 ألف طن من التمور هذا الموسم، بعد مكافحة سوسة النخيل.\n\n"
        "وصدّرت الواحة تمورها إلى أربعة عشر بلداً، وارتفع سعر الكيلوغرام إلى سبعة دنانير.\n"
    ),
}


@pytest.fixture(scope="session")
def embedder():
    return make_embedder(SETTINGS)


@pytest.fixture(scope="session")
def generator():
    return make_generator(SETTINGS)


@pytest.fixture(scope="session")
def index_folder(tmp_path_factory, embedder):
    """An index of the three articles, made with the embedder of this session."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / name).write_text(text, "utf-8")
    with Rag.open(index=folder / "index", create=True) as opened:
        steps = make_steps(SETTINGS)
        rag = Rag(replaced(steps, embedder=embedder), opened._index)
        assert len(rag.ingest([folder / "articles"]).added) == 3
    return folder / "index"


@pytest.fixture(scope="session")
def rag(index_folder, embedder, generator):
    with Rag.open(index=index_folder) as opened:
        yield opened


def text_of(generator, *contents, max_tokens=40):
    messages = [Message("user", content) for content in contents]
    return "".join(generator.generate(messages, max_tokens=max_tokens))
