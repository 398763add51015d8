import json
from dataclasses import replace

import pytest

from rag import report
from rag.selective import Point
from rag.types import Answer, Citation, Document, Hit, Sentence, passage_of

TEXT = "افتُتح الخط الأول في 12 مارس 2021.\nوبلغ طوله 28 كيلومتراً."
ARTICLE = Document.of("مترو المنارة", TEXT, source="وكالة الغدير", path="articles/06-metro.txt")
OTHER = Document.of("متحف الموانئ", "رُمّم المبنى في عامين.")
PASSAGE = passage_of(ARTICLE, 0, len(TEXT))
OTHER_PASSAGE = passage_of(OTHER, 0, len(OTHER.text))
OPENED = TEXT.index("افتُتح"), TEXT.index(".") + 1
LENGTH = TEXT.index("وبلغ"), len(TEXT)


def answer(**changes):
    sentences = (
        Sentence("افتُتح في 12 مارس 2021.", (Citation(1, PASSAGE, *OPENED),)),
        Sentence(
            "وطوله 28 كيلومتراً، ورُمّم المتحف في عامين.",
            (Citation(1, PASSAGE, *LENGTH), Citation(2, OTHER_PASSAGE, 0, len(OTHER.text))),
            supported=False,
            reason="العدد غير مذكور.",
        ),
    )
    fields = {
        "question": "متى افتُتح؟",
        "sentences": sentences,
        "status": "answered",
        "hits": (Hit(PASSAGE, 0.75),),
        "timings": {"evidence": 0.25, "total": 4.0},
    }
    return Answer(**(fields | changes))


def test_an_answer_as_json_has_the_fields_of_the_interface_and_no_others():
    assert report.answer_as_json(answer(sentences=answer().sentences[:1])) == {
        "question": "متى افتُتح؟",
        "text": "افتُتح في 12 مارس 2021. [1]",
        "status": "answered",
        "sentences": [
            {
                "text": "افتُتح في 12 مارس 2021.",
                "supported": True,
                "reason": "",
                "citations": [
                    {
                        "number": 1,
                        "document_id": ARTICLE.id,
                        "title": "مترو المنارة",
                        "path": "articles/06-metro.txt",
                        "start": OPENED[0],
                        "end": OPENED[1],
                        "quote": TEXT[slice(*OPENED)],
                    }
                ],
            }
        ],
        "hits": [
            {
                "passage_id": PASSAGE.id,
                "document_id": ARTICLE.id,
                "path": "articles/06-metro.txt",
                "score": 0.75,
                "text": TEXT,
            }
        ],
        "timings": {"evidence": 0.25, "first_word": None, "total": 4.0},
    }


def test_a_quote_is_the_words_of_the_document_at_its_offsets():
    told = json.loads(json.dumps(report.answer_as_json(answer())))
    citation = told["sentences"][1]["citations"][0]
    assert TEXT[citation["start"] : citation["end"]] == citation["quote"]
    assert told["sentences"][1]["supported"] is False
    assert told["sentences"][1]["reason"] == "العدد غير مذكور."


def test_a_citation_names_the_other_outlets_of_its_article():
    copy = Document.of("افتتاح المترو", TEXT, source="جريدة الواحة", path="articles/copy.txt")
    answered = answer(copies={ARTICLE.id: (copy,)})
    [first, *_] = report.answer_as_json(answered)["sentences"]
    assert first["citations"][0]["copies"] == [
        {
            "document_id": copy.id,
            "title": "افتتاح المترو",
            "source": "جريدة الواحة",
            "path": "articles/copy.txt",
        }
    ]
    assert "نُشر أيضاً في: جريدة الواحة" in report.answer_as_text(answered)


def test_scores_of_numpy_become_json_numbers():
    numpy = pytest.importorskip("numpy")
    told = report.hits_as_json([Hit(PASSAGE, numpy.float32(0.5))])
    assert json.loads(json.dumps(told))[0]["score"] == 0.5


def test_a_document_as_json_has_its_provenance_and_not_its_text():
    assert report.document_as_json(ARTICLE, 3) == {
        "id": ARTICLE.id,
        "title": "مترو المنارة",
        "source": "وكالة الغدير",
        "url": None,
        "published": None,
        "is_inferred": False,
        "author": None,
        "path": "articles/06-metro.txt",
        "passages": 3,
    }


def test_in_the_terminal_each_source_stands_once_with_all_that_was_cited_of_it():
    assert report.answer_as_text(answer()) == "\n\n".join(
        [
            "افتُتح في 12 مارس 2021. [1] وطوله 28 كيلومتراً، ورُمّم المتحف في عامين. [1] [2]",
            "[1] مترو المنارة — articles/06-metro.txt\n"
            "    «افتُتح الخط الأول في 12 مارس 2021.»\n"
            "    «وبلغ طوله 28 كيلومتراً.»",
            "[2] متحف الموانئ\n    «رُمّم المبنى في عامين.»",
        ]
    )


def test_a_quote_over_two_paragraphs_takes_one_line_in_the_terminal():
    whole = Sentence("نص.", (Citation(1, PASSAGE, 0, len(TEXT)),))
    shown = report.answer_as_text(answer(sentences=(whole,)))
    assert shown.endswith("    «افتُتح الخط الأول في 12 مارس 2021. وبلغ طوله 28 كيلومتراً.»")


def test_a_declined_answer_names_the_nearest_articles_each_once():
    hits = (Hit(PASSAGE, 0.9), Hit(PASSAGE, 0.8), Hit(OTHER_PASSAGE, 0.7))
    declined = answer(sentences=(Sentence("لا أعرف."),), status="declined", hits=hits)
    assert report.answer_as_text(declined).splitlines() == [
        "لا أعرف.",
        "",
        report.NEAREST_HEADING,
        "- مترو المنارة — articles/06-metro.txt",
        "- متحف الموانئ",
    ]


def test_a_declined_answer_lists_what_could_be_asked_instead_below_the_nearest_articles():
    declined = answer(
        status="declined", sentences=(), suggestions=("ماذا ذكرت المقالات عن المترو؟",)
    )
    assert report.answer_as_text(declined).endswith(
        f"06-metro.txt\n\n{report.INSTEAD_HEADING}\n- ماذا ذكرت المقالات عن المترو؟"
    )
    assert "suggestions" not in report.answer_as_json(declined)


def test_the_sentences_of_an_overview_stand_on_lines_of_their_own_in_the_terminal():
    text = report.answer_as_text(answer(status="quoted", overview="summary"))
    first, second, *_ = text.splitlines()
    assert first == "افتُتح في 12 مارس 2021. [1]"
    assert second.endswith("[1] [2]")


def test_means_are_aligned_at_the_decimal_point():
    table = report.means_as_text({"nDCG@10": 0.9517, "words": 21.5, "R@1": 1.0})
    assert table == "nDCG@10   0.952\nwords    21.500\nR@1       1.000"
    assert report.means_as_text({}) == ""


def test_points_stand_in_columns_and_say_what_is_not_known():
    points = [Point(0.1, 0.95, None, 0.8, 0.01), Point(0.5, 0.725, 0.125, 0.25, 0.1)]
    assert report.points_as_text(points).splitlines() == [
        "threshold  coverage   risk  false_answer  false_refusal",
        "      0.1     0.950      -         0.800          0.010",
        "      0.5     0.725  0.125         0.250          0.100",
    ]


def test_a_column_of_which_nothing_is_known_is_left_out():
    points = [Point(0.25, None, None, 1.0, 0.0), Point(0.5, None, None, 0.5, 0.0)]
    assert report.points_as_text(points).splitlines() == [
        "threshold  false_answer  false_refusal",
        "     0.25         1.000          0.000",
        "      0.5         0.500          0.000",
    ]
    assert report.points_as_text([]) == ""


def test_versions_name_python_and_none_for_what_is_missing():
    found = report.versions()
    assert found["python"].startswith("3.")
    assert {"musnad", "torch", "numpy", "faiss-cpu", "llama-cpp-python"} < set(found)


def test_the_machine_has_cores_and_a_named_processor():
    told = report.machine()
    assert told["cores"] >= 1
    assert told["processor"]
    assert told["memory"] is None or told["memory"] > 2**27


def test_words_that_count_from_the_day_of_publication_stand_with_the_day_they_mean():
    told = "وصل الوفد أمس الجمعة، ويغادر غداً."
    document = Document.of("وفد", told, published="2023-07-22")
    passage = passage_of(document, 0, len(told))
    cited = answer(sentences=(Sentence(f"«{told}»", (Citation(1, passage, 0, len(told)),)),))
    days = [{"text": "أمس الجمعة", "day": "2023-07-21"}, {"text": "غداً", "day": "2023-07-23"}]
    [sentence] = report.answer_as_json(cited, {document.id: document})["sentences"]
    assert sentence["citations"][0]["days"] == days
    shown = report.answer_as_text(cited, {document.id: document})
    assert f"    «{told}»\n      «أمس الجمعة» = 21 يوليو 2023، مستنتج\n" in shown
    undated = replace(document, published=None)
    [sentence] = report.answer_as_json(cited, {document.id: undated})["sentences"]
    assert "days" not in sentence["citations"][0]
