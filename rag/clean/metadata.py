"""What the head and the markup of an HTML page say of its article."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from rag.clean.datelines import stated_day
from rag.clean.dates import has_two_readings, parse_day
from rag.clean.jsonld import addresses_of, article_in, names_of, nodes_of, site_names, strings
from rag.clean.lines import count_words, labels, plain, same_words, tidy
from rag.clean.outlets import is_outlet, signature_of, without_outlet

LONGEST_TITLE = 300  # characters; what is longer is no title, and so on
LONGEST_NAME = 90
LONGEST_URL = 2_000
EARLIEST = "1850"

_TITLES = "og:title twitter:title dc.title dcterms.title parsely-title sailthru.title headline"
_SITES = "application-name dc.publisher dcterms.publisher publisher twitter:app:name"
_AUTHORS = "author article:author dc.creator dcterms.creator parsely-author sailthru.author byl"
_PUBLISHED = (
    "article:published_time og:article:published_time og:published_time datepublished "
    "dc.date.issued dcterms.issued dc.date dcterms.date dcterms.created dc.date.created "
    "parsely-pub-date sailthru.date pubdate publishdate publish-date publish_date published_time "
    "article.published publication_date citation_publication_date "
    "cxenseparse:recs:publishtime date"
)
_UPDATED = "article:modified_time og:updated_time datemodified dcterms.modified last-modified"
_ADDRESSES = "og:url twitter:url parsely-link"
_TAG = re.compile(r"<[^<>]{0,2000}>")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")
_SAVED = re.compile(r"<!-- saved from url=\(\d+\)(\S{1,2000}) -->")
_DATED = re.compile(r"(?:^|[\s_-])(?:date|time|publish\w*|posted|updated|تاريخ)(?:$|[\s_-])", re.I)
_NO_AUTHORS = labels("admin، administrator، editor، author، staff، المحرر، محرر، أدمن، الأدمن")
_WRITTEN_BY = labels("written by، كتب بواسطة، بواسطة، كتبه، كتبها، بقلم، الكاتب")
_ELSEWHERE = ("aside", "nav", "footer", "li")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a page says of its article; the names and the title as a reader sees them."""

    title: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None
    published: str | None = None  # ISO 8601; where the page names no other, that of the last change


def metadata_of(tree: Any, *, source_text: str = "") -> Metadata:
    """The metadata of a parsed page, JSON-LD before meta tags before markup.

    Of what is too long, is no text or leads nowhere nothing is taken. `source_text` is the page as
    a browser saved it, which keeps its address in a comment.
    """
    facts = _Facts(tree)
    url = facts.url(source_text)
    title_tag = _clean(_text_in(tree.find(".//title")), LONGEST_TITLE) or ""
    heading = facts.heading()
    article = article_in(facts.nodes, url=url)
    named = [
        *names_of(article.get("publisher"), facts.nodes),
        *names_of(article.get("sourceOrganization"), facts.nodes),
    ]
    sites = [
        name
        for text in [
            *facts.meta("og:site_name"),
            *named,
            *facts.meta(_SITES),
            *site_names(facts.nodes),
        ]
        if (name := _name(text))
    ]
    titles = [
        *strings(article.get("headline")),
        *strings(article.get("name")),
        *facts.meta(_TITLES),
        *filter(None, [heading, title_tag]),
    ]
    cleaned = [title for text in titles if (title := _clean(text, LONGEST_TITLE))]
    shown = [without_outlet(title, sites, heading=heading) for title in cleaned]
    source = next(iter(sites), None) or _site_in(title_tag, heading or next(iter(shown), ""))
    return Metadata(
        _fullest(shown),
        source,
        facts.author(names_of(article.get("author"), facts.nodes), source),
        url,
        facts.published(
            strings(article.get("datePublished")), strings(article.get("dateModified"))
        ),
    )


class _Facts:
    """A page's tree, asked one thing at a time."""

    def __init__(self, tree: Any) -> None:
        self._tree = tree
        scripts = tree.iter("script")
        ld = (each for each in scripts if "ld+json" in (each.get("type") or "").lower())
        self.nodes = nodes_of([each.text or "" for each in ld])
        self._meta: dict[str, list[str]] = {}
        for each in tree.iter("meta"):
            for key in ("property", "name", "itemprop", "http-equiv"):
                if (name := (each.get(key) or "").strip().lower()) and each.get("content"):
                    self._meta.setdefault(name, []).append(each.get("content"))
        language = tree.get("lang") or next(iter(self.meta("content-language og:locale")), "")
        self._is_arabic = not language or language.lower().startswith("ar")

    def meta(self, names: str) -> list[str]:
        """The contents of the meta tags of these names, in the order of the names."""
        return [content for name in names.split() for content in self._meta.get(name, [])]

    def heading(self) -> str:
        """What stands above the article: its h1, the longest where there are several."""
        places = list(self._tree.iter("h1"))[:10]
        marked = [h1 for h1 in places if h1.get("itemprop") == "headline"]
        texts = [_clean(_text_in(h1), LONGEST_TITLE) or "" for h1 in marked or places]
        return max(texts, key=count_words, default="")

    def url(self, source_text: str) -> str | None:
        """The address of the page."""
        links = (each for each in self._tree.iter("link") if each.get("href"))
        canonical = [each.get("href") for each in links if "canonical" in (each.get("rel") or "")]
        article = article_in(self.nodes, url=None)
        saved = _SAVED.search(source_text[:5000])
        candidates = [
            *canonical,
            *self.meta(_ADDRESSES),
            *addresses_of(article),
            *([html.unescape(saved[1])] if saved else []),
        ]
        bases = [each.get("href") for each in self._tree.iter("base") if each.get("href")]
        host = next(filter(None, map(_address, [*candidates, *bases])), "")
        whole = [url for text in candidates if (url := _address(text, host))]
        deep = [url for url in whole if urlsplit(url).path.strip("/")]  # not the front page
        return next(iter([*deep, *whole]), None)

    def author(self, named: list[str], source: str | None) -> str | None:
        """Who wrote the article, several joined by commas; not who only published it."""
        labelled = self.meta("twitter:label1")
        is_author = bool(labelled) and plain(labelled[0]) in _WRITTEN_BY
        written = self.meta("twitter:data1") if is_author else []
        marked = [
            " ".join(each.itertext())[:500]
            for each in self._tree.iter("a", "span", "div", "p", "address")
            if each.get("itemprop") == "author" or each.get("rel") == "author"
        ]
        for names in (named, self.meta(_AUTHORS), written, marked[:1]):
            people = [name for text in names if (name := _person(text))]
            people = [name for name in people if not (source and same_words(name, source))]
            if people:
                return "، ".join(dict.fromkeys(people[:6]))
        return None

    def published(self, published: list[str], updated: list[str]) -> str | None:
        """The day of publication or, where the page names none, of the last change."""
        sources: Iterable[Iterable[str]] = (
            published,
            self.meta(_PUBLISHED),
            self._marked_times(),
            self._shown_dates(),
            updated,
            self.meta(_UPDATED),
        )
        days = (self._day(text) for texts in sources for text in texts)
        return next((day for day in days if day), None)

    def _day(self, text: str) -> str | None:
        text = tidy(text[:200])
        if _EPOCH.fullmatch(text):
            moment = datetime.fromtimestamp(int(text[:10]), UTC)
            day: str | None = moment.date().isoformat()
        else:
            day = parse_day(text)
        has_order = self._is_arabic and not re.search(r"\d\s?[AP]M\b", text, re.IGNORECASE)
        if day is None or (has_two_readings(text) and not has_order):
            return None
        latest = (date.today() + timedelta(days=2)).isoformat()
        return day if EARLIEST < day < latest and day != "1970-01-01" else None

    def _marked_times(self) -> Iterator[str]:
        """The times marked as such, those that say "published" first, not those of other pages."""
        places = [each for each in self._tree.iter("time") if _is_here(each)]
        said = [each for each in places if _says_published(each)]
        for each in [*said, *(place for place in places if place not in said)]:
            yield each.get("datetime") or ""
            yield " ".join(each.itertext())

    def _shown_dates(self) -> Iterator[str]:
        """The lines below the headline that are marked as a date and hold nothing else."""
        is_below = False
        for each in self._tree.iter("h1", "span", "div", "p", "small", "em", "i", "b"):
            is_below = is_below or each.tag == "h1"
            marks = f"{each.get('class')} {each.get('id')} {each.get('itemprop')}"
            if not is_below or not _DATED.search(marks) or not _is_here(each):
                continue
            text = _text_in(each)
            if len(text) <= 120 and (stated := stated_day(text)):
                yield stated.day


def _says_published(element: Any) -> bool:
    marks = f"{element.get('itemprop')} {element.get('class')} {element.get('pubdate')}".lower()
    return "publish" in marks or "entry-date" in marks or element.get("pubdate") is not None


def _is_here(element: Any) -> bool:
    return not any(parent.tag in _ELSEWHERE for parent in element.iterancestors())


def _text_in(element: Any) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def _clean(text: str, longest: int) -> str | None:
    """A value as one line without tags; None where it is empty, too long or no words."""
    if len(text) > 4 * longest:
        return None
    text = tidy(_TAG.sub(" ", html.unescape(html.unescape(text))))
    is_text = "<" not in text and "{{" not in text and plain(text) not in ("", "null", "undefined")
    return text if is_text and len(text) <= longest else None


def _name(text: str) -> str | None:
    name = _clean(text, LONGEST_NAME)
    is_name = name is not None and "://" not in name and not name.startswith(("@", "/"))
    return name if is_name and count_words(name or "") <= 8 else None


def _person(text: str) -> str | None:
    """The name of a person without «كتب:» before it; None for an account or an address."""
    name = _name(text)
    if name is None:
        return None
    name = signature_of(name).author or name
    return None if plain(name) in _NO_AUTHORS or "@" in name else name


def _address(text: str, host: str = "") -> str | None:
    """An address of a page in the web, a relative one joined to `host`."""
    url = tidy(html.unescape(text))
    if not url or len(url) > LONGEST_URL or re.search(r"[\s<>\"'\\]", url):
        return None
    try:
        joined = urljoin(host, url)
        parts = urlsplit(joined)
        is_page = parts.scheme in ("http", "https") and "." in (parts.hostname or "")
    except ValueError:
        return None
    return joined if is_page and not parts.username else None


def _site_in(title_tag: str, heading: str) -> str | None:
    """The site's name, from a title tag that adds it to the headline."""
    for mark in ("|", " - ", " – ", " — ", " • ", " :: "):
        head, found, rest = title_tag.rpartition(mark)
        name = rest.strip()
        is_added = bool(heading) and same_words(head, heading)
        is_told = bool(heading) and same_words(title_tag, heading)  # «الهلال - الاتحاد»
        if found and name and (is_added or (is_outlet(name) and not is_told)):
            return _name(name)
    return None


def _fullest(titles: list[str]) -> str | None:
    """The first title, or another that goes on where it is cut short."""
    if not titles:
        return None
    first = titles[0]
    begun = first.rstrip("….").strip()
    if not first.endswith(("…", "...")):
        return first
    return next(
        (title for title in titles if len(title) > len(first) and title.startswith(begun)), first
    )
