import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cite import attribute, read_markers, split_draft
from rag.types import Document, Evidence, passage_of

RLM, LRM, ALM = "\u200f", "\u200e", "\u061c"
ISOLATE, POP = "\u2067", "\u2069"

TEXTS = (
    "افتتح الخط الأول لمترو المنارة في 12 مارس 2021 بحضور رئيس البلدية.",
    "كلف ترميم متحف الموانئ 28 مليون دينار جمعها تجار المدينة.",
    "أنتجت واحة أم العيون 38 ألف طن من التمور هذا الموسم.",
)


def evidence(*texts):
    """The texts as pieces of evidence, each from an article of its own."""
    documents = [Document.of(f"مقال {n}", f"مقدمة. {text} خاتمة.") for n, text in enumerate(texts)]
    return [
        Evidence(number, passage_of(d, 0, len(d.text)), 7, 7 + len(text))
        for number, (d, text) in enumerate(zip(documents, texts, strict=True), start=1)
    ]


# Markers


@pytest.mark.parametrize(
    ("marker", "numbers"),
    [
        ("[1]", (1,)),
        ("[ 1 ]", (1,)),
        ("[١]", (1,)),
        ("[۱]", (1,)),
        ("[1، 2]", (1, 2)),
        ("[1, 2]", (1, 2)),
        ("[1؛2]", (1, 2)),
        ("[١، ٢]", (1, 2)),
        ("[1 و2]", (1, 2)),
        ("[1 و 2]", (1, 2)),
        ("[1، و2]", (1, 2)),
        ("[1 2]", (1, 2)),
        ("[2][1]", (2, 1)),
        ("[2] [1]", (2, 1)),
        ("[1-3]", (1, 2, 3)),
        ("[١–٣]", (1, 2, 3)),
        ("[1-2، 3]", (1, 2, 3)),
        ("(1)", (1,)),
        ("(١)", (1,)),
        ("(1، 2)", (1, 2)),
        ("【2】", (2,)),
        ("[المصدر 1]", (1,)),
        ("[مصدر: 2]", (2,)),
        ("[المصادر ١، ٣]", (1, 3)),
        ("(المصدر 2)", (2,)),
        ("[Source 1]", (1,)),
        ("[sources: 1, 2]", (1, 2)),
        (f"[{RLM}1{LRM}]", (1,)),
        (f"[1{RLM}،{LRM} 2]", (1, 2)),
        (f"[{ALM}١{ALM}]", (1,)),
        (f"[{ISOLATE}1{POP}-{ISOLATE}3{POP}]", (1, 2, 3)),
        (f"[{RLM}المصدر {LRM}2]", (2,)),
        (f"{RLM}[{RLM}2{RLM}]{RLM}", (2,)),
        ("[1، 1، 1]", (1,)),
        ("[9]", ()),
        ("[2، 9]", (2,)),
        ("[0]", ()),
        ("[1-9999999999]", (1, 2, 3)),
        ("[3-1]", ()),
    ],
)
def test_a_marker_is_taken_out_and_its_known_numbers_are_read(marker, numbers):
    text, found = read_markers(f"افتتح الخط {marker}.", {1, 2, 3})
    assert text == "افتتح الخط."
    assert found == numbers


@pytest.mark.parametrize(
    "text",
    [
        "افتتح الخط (2021) في المنارة.",
        "ارتفع السعر (5 دنانير).",
        "قال «نعم» (الرئيس).",
        "المادة 4 من المعاهدة.",
        "نص [بلا رقم] هنا.",
    ],
)
def test_brackets_that_hold_something_else_stay(text):
    assert read_markers(text, {1, 2, 3}) == (text, ())


def test_a_round_bracket_is_a_marker_only_if_all_its_numbers_are_known():
    assert read_markers("فاز المنتخب (1، 7) أمس", {1, 2}) == ("فاز المنتخب (1، 7) أمس", ())


@pytest.mark.parametrize("rest", ["[", "[1", "[1،", "[المصدر", "【2", f"[{RLM}1"])
def test_a_marker_cut_off_at_the_end_is_dropped(rest):
    assert read_markers(f"افتتح الخط {rest}", {1, 2}) == ("افتتح الخط", ())


def test_a_marker_in_the_middle_leaves_one_space():
    assert read_markers("افتتح [1] الخط [2] أمس", {1, 2}) == ("افتتح الخط أمس", (1, 2))


@pytest.mark.timeout(5)
@pytest.mark.parametrize("start", ["[", "(", "[1", "[source", "[1،", "", "[المصدر 1 و"])
def test_a_long_run_of_blanks_or_bidi_marks_costs_nothing(start):
    for blanks in (" " * 5000, RLM * 5000, f" {RLM}" * 2500, "1 " * 2500):
        assert split_draft(f"افتتح الخط. {start}{blanks}", {1})[0][0] == "افتتح الخط."


MARKERS = ["[1]", "[١، ٢]", "(3)", "[المصدر 2]", f"[{RLM}1-3]", "【1】", "[7]", " ", ".", "خط "]


@given(st.lists(st.sampled_from(MARKERS), max_size=12).map("".join))
def test_no_square_marker_is_left_and_no_unknown_number_is_named(text):
    bare, numbers = read_markers(text, {1, 2, 3})
    assert not set("[]【】") & set(bare)
    assert set(numbers) <= {1, 2, 3}
    assert len(numbers) == len(set(numbers))


# Drafts


def test_a_draft_is_split_into_sentences_with_the_numbers_each_names():
    draft = "افتتح الخط عام 2021 [1]. وكلف الترميم 2.8 مليون [2، 3]! هل انتهى؟"
    assert split_draft(draft, {1, 2, 3}) == [
        ("افتتح الخط عام 2021.", (1,)),
        ("وكلف الترميم 2.8 مليون!", (2, 3)),
        ("هل انتهى؟", ()),
    ]


@pytest.mark.parametrize("draft", ["افتتح الخط. [1] وكلف الترميم.", "افتتح الخط.[1] وكلف الترميم."])
def test_a_marker_after_the_full_stop_belongs_to_the_sentence_before_it(draft):
    assert split_draft(draft, {1}) == [("افتتح الخط.", (1,)), ("وكلف الترميم.", ())]


def test_several_markers_after_the_full_stop_all_belong_to_the_sentence_before_it():
    assert split_draft("افتتح الخط. [1][٢] وكلف الترميم.", {1, 2}) == [
        ("افتتح الخط.", (1, 2)),
        ("وكلف الترميم.", ()),
    ]


def test_what_has_no_letter_or_digit_is_no_sentence():
    assert split_draft("[1]\n—\n...\nافتتح الخط.\n[2]", {1, 2}) == [("افتتح الخط.", (2,))]
    assert split_draft("", {1}) == []


# Attribution


def test_a_sentence_rests_on_the_evidence_that_covers_it_whatever_the_model_says():
    given_evidence = evidence(*TEXTS)
    for number, text in enumerate(TEXTS, start=1):
        for hints in [(), (1,), (2,), (3,)]:
            [citation] = attribute(text, given_evidence, hints=hints)
            assert citation.number == number
            assert citation.quote == text


def test_a_hint_decides_between_pieces_that_cover_the_sentence_equally():
    given_evidence = evidence(TEXTS[0], TEXTS[0], TEXTS[2])
    assert attribute(TEXTS[0], given_evidence, hints=(2,))[0].number == 2
    assert attribute(TEXTS[0], given_evidence)[0].number == 1


def test_a_second_source_is_cited_where_it_adds_much():
    sentence = "افتتح الخط الأول لمترو المنارة وكلف ترميم متحف الموانئ 28 مليون دينار."
    found = attribute(sentence, evidence(*TEXTS))
    assert [citation.number for citation in found] == [2, 1]


def test_a_second_source_that_shares_one_word_is_not_cited():
    sentence = "أنتجت واحة أم العيون 38 ألف طن من التمور بحضور الجميع."
    assert [c.number for c in attribute(sentence, evidence(*TEXTS))] == [3]


def test_a_sentence_that_shares_nothing_with_the_evidence_rests_on_nothing():
    assert attribute("غادر الضيوف القاعة ليلا", evidence(*TEXTS), hints=(1, 2)) == ()
    assert attribute("من هو؟", evidence(*TEXTS)) == ()
    assert attribute("افتتح الخط", []) == ()


@given(st.lists(st.sampled_from(" ".join(TEXTS).split()), max_size=20).map(" ".join))
def test_a_citation_is_always_one_of_the_pieces_of_evidence(sentence):
    given_evidence = evidence(*TEXTS)
    found = attribute(sentence, given_evidence, hints=(1, 9))
    known = {(item.number, item.start, item.end) for item in given_evidence}
    assert {(c.number, c.start, c.end) for c in found} <= known
    assert len({citation.number for citation in found}) == len(found) <= 2
